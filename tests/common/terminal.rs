//! A program in a terminal of 80 × 24, and somebody who types.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

/// What a shell does with a command at its prompt: it stays when Ctrl-C is pressed, and looks whether the terminal
/// is as it was.
const SHELL: &str = r#"trap : INT; before=$(stty -g); "$@"; code=$?
[ "$before" = "$(stty -g)" ] && echo "[restored]" || echo "[not restored]"; exit $code"#;

/// A program in a terminal.
pub struct Session {
    pub child: Child,
    keyboard: File,
    shown: Receiver<Vec<u8>>,
    seen: Vec<u8>,
    /// Up to where it was waited for.
    at: usize,
}

impl Session {
    /// Starts a command on a terminal.
    pub fn start(command: &Command) -> Self {
        Self::on_terminal(same(command, Command::new(command.get_program())))
    }

    /// Starts a command as a shell does: the terminal is its own, so that Ctrl-C is a signal, and passphrases
    /// are asked for there. Nothing, if the system has no `setsid`.
    pub fn in_shell(command: &Command) -> Option<Self> {
        let there = Command::new("setsid").arg("--version").output();
        if !there.is_ok_and(|out| out.status.success()) {
            eprintln!("skipped: no setsid");
            return None;
        }
        let mut shell = Command::new("setsid");
        shell.args(["--ctty", "sh", "-c", SHELL, "sh"]);
        shell.arg(command.get_program());
        Some(Self::on_terminal(same(command, shell)))
    }

    fn on_terminal(mut command: Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = File::options()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap())
            .unwrap();
        tcsetwinsize(&slave, size).unwrap();
        // At Ctrl-C a terminal drops what was written and not shown yet: on a busy machine also what a program says of it.
        let mut modes = tcgetattr(&slave).unwrap();
        modes.local_modes |= LocalModes::NOFLSH;
        tcsetattr(&slave, OptionalActions::Now, &modes).unwrap();
        let child = command
            .stdin(Stdio::from(slave.try_clone().unwrap()))
            .stdout(Stdio::from(slave.try_clone().unwrap()))
            .stderr(Stdio::from(slave))
            .spawn()
            .unwrap();
        // The command keeps the terminal open as long as it lives.
        drop(command);
        let mut screen = File::from(master);
        let keyboard = screen.try_clone().unwrap();
        let (send, shown) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The terminal is gone when the program is.
            while let Ok(n @ 1..) = screen.read(&mut bytes) {
                if send.send(bytes[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            keyboard,
            shown,
            seen: Vec::new(),
            at: 0,
        }
    }

    /// Waits until a word is shown that was not there before.
    pub fn wait_for(&mut self, word: &str) {
        self.at = self.seen.len();
        self.wait_next(word);
    }

    /// Waits for a word behind the one that was waited for last.
    pub fn wait_next(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        let began = Instant::now();
        loop {
            let fresh = &self.seen[self.at..];
            let found = fresh.windows(word.len()).position(|w| w == word.as_bytes());
            if let Some(found) = found {
                self.at += found + word.len();
                return;
            }
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "{word} is not shown:\n{}",
                self.text()
            );
            if let Ok(bytes) = self.shown.recv_timeout(Duration::from_millis(100)) {
                self.seen.extend(bytes);
            }
        }
    }

    /// All that was shown.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }

    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for the end: the exit code, and all that was shown.
    pub fn end(mut self) -> (i32, String) {
        let status = self.child.wait().unwrap();
        // The terminal ends with the last program on it.
        while let Ok(bytes) = self.shown.recv_timeout(Duration::from_secs(10)) {
            self.seen.extend(bytes);
        }
        (status.code().unwrap_or(-1), self.text())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Nothing is left running by a test that fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command with the arguments, the variables and the folder of another.
fn same(from: &Command, mut to: Command) -> Command {
    to.args(from.get_args());
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
    if let Some(dir) = from.get_current_dir() {
        to.current_dir(dir);
    }
    to
}
