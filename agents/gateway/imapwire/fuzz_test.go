package imapwire

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
)

// stepsPerByte is how often a byte may be looked at: once by whoever asks what comes, and again by whoever reads it.
const stepsPerByte = 8

// session reads all commands of a connection, and checks that they cost what their bytes do, and mean the same when they are written anew.
func session(t *testing.T, sent string, inPieces bool) (commands []command, errs []string) {
	limits := Limits{Text: 2000, Literal: 100, Strings: 200, Skip: 5000, Depth: 50, Elements: 100}
	c := connect(sent, inPieces, limits)
	for {
		got, err := readCommand(c.d)
		if err == nil {
			commands = append(commands, got)
			rewrite(t, got)
			continue
		}
		errs = append(errs, err.Error())
		if e, ok := errors.AsType[*Error](err); ok && !e.Fatal {
			continue
		}
		break
	}
	if most := stepsPerByte*len(sent) + 100*(len(commands)+len(errs)); c.d.steps > most {
		t.Errorf("%d steps for %d bytes and %d commands", c.d.steps, len(sent), len(commands)+len(errs))
	}
	return commands, errs
}

// rewrite compares a command with what is read of it when it was written anew.
func rewrite(t *testing.T, c command) {
	text := format(c, false)
	d := connect(text, false, Limits{}).d
	again, err := readCommand(d)
	if err != nil || !reflect.DeepEqual(withoutSync(c), withoutSync(again)) {
		t.Errorf("%q was read as %+v, %v\nwant %+v", text, again, err, c)
	}
}

func checkSession(t *testing.T, sent string) {
	commands, errs := session(t, sent, false)
	piecemeal, piecemealErrs := session(t, sent, true)
	if !reflect.DeepEqual(commands, piecemeal) || !reflect.DeepEqual(errs, piecemealErrs) {
		t.Errorf("%q\n in one piece: %v %v\nbyte by byte: %v %v", sent, commands, errs, piecemeal, piecemealErrs)
	}
}

// goldenCommands are the commands of testdata.
func goldenCommands(tb testing.TB) (sent []string) {
	data, err := os.ReadFile("testdata/commands.txt")
	if err != nil {
		tb.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if s, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "> "); ok {
			sent = append(sent, unescape.Replace(s)+"\r\n")
		}
	}
	return sent
}

func FuzzSession(f *testing.F) {
	for _, sent := range goldenCommands(f) {
		f.Add(sent + "next NOOP\r\n")
	}
	f.Fuzz(checkSession)
}

// words are what FuzzGrammar makes commands of.
var words = strings.Split(`a FETCH |a UID FETCH |a STORE |a SEARCH |a UID SEARCH |a SORT (|a THREAD |a SELECT |a LIST |a STATUS |a APPEND |a LOGIN |a ID |
a CREATE |a COPY |a SETACL |a ENABLE |a AUTHENTICATE |a SETQUOTA | |(|)|[|]|<|>|.|,|:|*|$|"|\|%|&|-|+|~|{|}|{3}`+"\r\n"+`|{3+}`+"\r\n"+`|abc|0|1|2|9|10|
4294967295|RETURN |CHARSET UTF-8 |NOT |OR |SEEN|KEYWORD |HEADER |SUBJECT |BEFORE |1-Jan-2024|UID |MODSEQ |ALL|LARGER |FLAGS|BODY|BODY.PEEK[|HEADER|
.FIELDS (|TEXT|MIME|BINARY[|PREVIEW|(LAZY)|(CHANGEDSINCE 1|VANISHED|+FLAGS |\Seen|$Junk|UNCHANGEDSINCE |QRESYNC (|CONDSTORE|INBOX|&APw-|"x y"|
" 1-Jan-2024 00:00:00 +0000"|STATUS (|MESSAGES|SUBSCRIBED|CHILDREN|RECURSIVEMATCH|SPECIAL-USE|DATE|REVERSE |UTF-8 |REFERENCES |UTF8 (|NIL|STORAGE |USE (|
`+"\r\n|\n|\x00|\xfc|ü", "|")

// FuzzGrammar reads sentences of the grammar's words, so that most get deep into it.
func FuzzGrammar(f *testing.F) {
	f.Add([]byte{0, 45, 19, 20, 61, 21, 110})
	f.Fuzz(func(t *testing.T, choice []byte) {
		var sent strings.Builder
		for _, c := range choice {
			sent.WriteString(strings.TrimPrefix(words[int(c)%len(words)], "\n"))
		}
		checkSession(t, sent.String()+"\r\n")
	})
}

func FuzzMailbox(f *testing.F) {
	for _, name := range []string{"INBOX", "Entw&APw-rfe", "a&-b", "&2D3cBA-", "&APw-&APw-", "~peter/mail/&U,BTFw-/&ZeVnLIqe-", "&AGE-", "Entwürfe", "\xfc"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, isUTF8 := range []bool{false, true} {
			decoded, err := DecodeMailbox(name, isUTF8)
			if err != nil {
				continue
			}
			if again := EncodeMailbox(decoded, isUTF8); again != name {
				t.Errorf("%q is %q, which is written %q", name, decoded, again)
			}
		}
		if strings.ContainsFunc(name, control) {
			return
		}
		valid := EncodeMailbox(name, true)
		if decoded, err := DecodeMailbox(EncodeMailbox(name, false), false); err != nil || decoded != valid {
			t.Errorf("%q is written %q and read as %q, %v", name, EncodeMailbox(name, false), decoded, err)
		}
	})
}
