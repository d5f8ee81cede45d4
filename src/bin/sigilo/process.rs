//! What the system is told about this process, and how it ends when it is told to.

#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

/// A signal is ending the process: nobody changes the terminal any more.
#[cfg(unix)]
static ENDING: AtomicBool = AtomicBool::new(false);

/// To be called before the terminal is changed: while the process ends, this does not return.
#[cfg(unix)]
pub(crate) fn unless_ending() {
    while ENDING.load(Ordering::SeqCst) {
        std::thread::park();
    }
}

#[cfg(not(unix))]
pub(crate) fn unless_ending() {}

/// Keeps what is typed from being shown, until it goes.
#[cfg(unix)]
pub(crate) struct Unseen(Option<(std::fs::File, rustix::termios::Termios)>);

#[cfg(unix)]
impl Unseen {
    /// From now on. Without a terminal nothing is shown anyway.
    pub(crate) fn now() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        unless_ending();
        Self(std::fs::File::open("/dev/tty").ok().and_then(|tty| {
            let found = tcgetattr(&tty).ok()?;
            let mut modes = found.clone();
            modes.local_modes.remove(LocalModes::ECHO);
            tcsetattr(&tty, OptionalActions::Now, &modes).ok()?;
            Some((tty, found))
        }))
    }
}

#[cfg(unix)]
impl Drop for Unseen {
    fn drop(&mut self) {
        if let Some((tty, found)) = &self.0 {
            let _ = rustix::termios::tcsetattr(tty, rustix::termios::OptionalActions::Now, found);
        }
    }
}

#[cfg(not(unix))]
pub(crate) struct Unseen;

#[cfg(not(unix))]
impl Unseen {
    pub(crate) fn now() -> Self {
        Self
    }
}

/// Asks the system to write no core dump of this process, and, on Linux, to let no other program of
/// the same user read its memory. A system that refuses is no reason to refuse the person.
#[cfg(unix)]
pub(crate) fn keep_memory_private() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

#[cfg(not(unix))]
pub(crate) fn keep_memory_private() {}

/// Begins the program anew in the place of this process, with its arguments and one more, which takes the
/// place of the one from the time before: nothing of its memory is left, whatever the libraries did with
/// what went through them. Returns if the system refuses.
#[cfg(unix)]
pub(crate) fn begin_anew(option: &str, value: &str) {
    use std::os::unix::process::CommandExt as _;
    let prefix = format!("{option}=");
    let before = |a: &std::ffi::OsString| a.to_str().is_some_and(|a| a.starts_with(&prefix));
    let mut given = std::env::args_os();
    let name = given.next().unwrap_or_default();
    // The very file that runs, whatever has its name by now.
    #[cfg(target_os = "linux")]
    let program = std::path::PathBuf::from("/proc/self/exe");
    #[cfg(not(target_os = "linux"))]
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let _ = std::process::Command::new(program)
        .arg0(name)
        .args(given.filter(|a| !before(a)))
        .arg(format!("{prefix}{value}"))
        .exec();
}

#[cfg(not(unix))]
pub(crate) fn begin_anew(_option: &str, _value: &str) {}

/// Drops what somebody typed on the terminal and no program has read yet: half a line, keys on a desk that
/// was being locked.
#[cfg(unix)]
pub(crate) fn forget_typed() {
    use rustix::termios::{QueueSelector, tcflush};
    // What is no terminal has nothing of the kind.
    let _ = tcflush(std::io::stdin(), QueueSelector::IFlush);
}

#[cfg(not(unix))]
pub(crate) fn forget_typed() {}

/// Ends cleanly on Ctrl-C, on a request to end, and when the terminal goes away: the terminal gets
/// back the state in which it was found, `say` is written, and the exit code is 128 plus the number
/// of the signal. What was being stored is one transaction: it is there as a whole or not at all.
#[cfg(unix)]
pub(crate) fn end_cleanly(say: String) {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    let terminal = std::fs::File::open("/dev/tty").ok().and_then(|tty| {
        let found = tcgetattr(&tty).ok()?;
        Some((tty, found))
    });
    // Without the thread a signal ends the process at once, as for any other program.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
        return;
    };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            ENDING.store(true, Ordering::SeqCst);
            crate::screen::leave();
            let give_back = || {
                if let Some((tty, found)) = &terminal {
                    let _ = tcsetattr(tty, OptionalActions::Now, found);
                }
            };
            give_back();
            // The terminal may be what went away.
            crate::app::say(&format!("\n{say}"));
            // Whoever was about to change it when the signal came has done so by now.
            give_back();
            std::process::exit(128 + signal);
        }
    });
}

#[cfg(not(unix))]
pub(crate) fn end_cleanly(_say: String) {}
