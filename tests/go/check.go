// Checks signed heads and proofs of sigilo with the packages of the Go project:
// golang.org/x/mod/sumdb/note and golang.org/x/mod/sumdb/tlog. See check.sh.
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(what string, err error) {
	fmt.Printf("wrong: %s: %v\n", what, err)
	os.Exit(1)
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		fail(path, err)
	}
	return data
}

// head opens a signed head with the key of its log.
func head(data []byte, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		fail("key", err)
	}
	n, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		fail("signature", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		fail("head", fmt.Errorf("of another log"))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		fail("size", err)
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		fail("root", err)
	}
	return tlog.Tree{N: size, Hash: root}
}

// parts splits a proof file into its lines and the head behind them.
func parts(data []byte, vkey string) ([]string, tlog.Tree) {
	at := bytes.Index(data, []byte("\n\n"))
	if at < 0 {
		fail("proof", fmt.Errorf("no head in it"))
	}
	return strings.Split(string(data[:at]), "\n"), head(data[at+2:], vkey)
}

func hashes(lines []string) []tlog.Hash {
	var out []tlog.Hash
	for _, line := range lines {
		h, err := tlog.ParseHash(line)
		if err != nil {
			fail("hash", err)
		}
		out = append(out, h)
	}
	return out
}

func number(line, word string) int64 {
	n, err := strconv.ParseInt(strings.TrimPrefix(line, word+" "), 10, 64)
	if err != nil || !strings.HasPrefix(line, word+" ") {
		fail(word, fmt.Errorf("line %q", line))
	}
	return n
}

func main() {
	if len(os.Args) < 4 {
		fmt.Println("usage: check head KEY FILE | inclusion KEY FILE | consistency KEY OLD FILE")
		os.Exit(2)
	}
	what, vkey := os.Args[1], strings.TrimSpace(os.Args[2])
	switch what {
	case "head":
		tree := head(read(os.Args[3]), vkey)
		fmt.Printf("ok: head of %d entries\n", tree.N)
	case "inclusion":
		lines, tree := parts(read(os.Args[3]), vkey)
		if lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") {
			fail("proof", fmt.Errorf("of another form"))
		}
		entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
		if err != nil || len(entry) < 137 {
			fail("entry", err)
		}
		index := number(lines[2], "index")
		leaf := tlog.RecordHash(entry[:137])
		err = tlog.CheckRecord(tlog.RecordProof(hashes(lines[3:])), tree.N, tree.Hash, index, leaf)
		if err != nil {
			fail("proof", err)
		}
		fmt.Printf("ok: entry %d of %d\n", index, tree.N)
	case "consistency":
		if len(os.Args) < 5 {
			os.Exit(2)
		}
		old := head(read(os.Args[3]), vkey)
		lines, tree := parts(read(os.Args[4]), vkey)
		if number(lines[0], "old") != old.N {
			fail("proof", fmt.Errorf("from another size"))
		}
		err := tlog.CheckTree(tlog.TreeProof(hashes(lines[1:])), tree.N, tree.Hash, old.N, old.Hash)
		if err != nil {
			fail("proof", err)
		}
		fmt.Printf("ok: %d entries continue from %d\n", tree.N, old.N)
	default:
		os.Exit(2)
	}
}
