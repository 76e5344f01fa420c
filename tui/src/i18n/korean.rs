//! Particles that agree with the word before them.

/// The particle with a consonant before it, and the one with a vowel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Particle {
    /// 을, 를
    Object,
    /// 이, 가
    Subject,
    /// 은, 는
    Topic,
    /// 으로, 로
    Towards,
}

/// The word with its particle: `결제를`, `방문을`, `12번이`.
pub fn with(word: &str, particle: Particle) -> String {
    let ending = word.chars().rev().find(|c| c.is_alphanumeric()).map_or(Ending::Vowel, ending);
    let chosen = match (particle, ending) {
        (Particle::Object, Ending::Vowel) => "를",
        (Particle::Object, Ending::Rieul | Ending::Consonant) => "을",
        (Particle::Subject, Ending::Vowel) => "가",
        (Particle::Subject, Ending::Rieul | Ending::Consonant) => "이",
        (Particle::Topic, Ending::Vowel) => "는",
        (Particle::Topic, Ending::Rieul | Ending::Consonant) => "은",
        (Particle::Towards, Ending::Vowel | Ending::Rieul) => "로",
        (Particle::Towards, Ending::Consonant) => "으로",
    };
    format!("{word}{chosen}")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Vowel,
    Rieul,
    Consonant,
}

fn ending(c: char) -> Ending {
    match c {
        '가'..='힣' => match (u32::from(c) - u32::from('가')) % 28 {
            0 => Ending::Vowel,
            8 => Ending::Rieul,
            _ => Ending::Consonant,
        },
        // Digits as they are read: 일, 칠, 팔 end in ㄹ; 영, 삼, 육 in another consonant.
        '1' | '7' | '8' => Ending::Rieul,
        '0' | '3' | '6' => Ending::Consonant,
        'l' | 'L' | 'r' | 'R' => Ending::Rieul,
        'm' | 'M' | 'n' | 'N' => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particles_agree_with_the_word_before() {
        assert_eq!(with("결제", Particle::Object), "결제를");
        assert_eq!(with("방문", Particle::Object), "방문을");
        assert_eq!(with("민지", Particle::Subject), "민지가");
        assert_eq!(with("김선생님", Particle::Subject), "김선생님이");
        assert_eq!(with("서울", Particle::Towards), "서울로");
        assert_eq!(with("집", Particle::Towards), "집으로");
        assert_eq!(with("요청 #12", Particle::Topic), "요청 #12는");
        assert_eq!(with("요청 #13", Particle::Topic), "요청 #13은");
        assert_eq!(with("Kim", Particle::Subject), "Kim이");
        assert_eq!(with("(수학)", Particle::Object), "(수학)을");
    }
}
