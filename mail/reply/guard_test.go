package reply

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zarafa/mail/header"
)

func mailOf(returnPath string, fields ...string) *Mail {
	return &Mail{
		Header: header.Parse([]byte(strings.Join(fields, "\r\n") + "\r\n\r\n")), ReturnPath: returnPath,
		Mine: []string{"bob@example.com", "robert@example.com"},
	}
}

func TestMayAnswer(t *testing.T) {
	const from = "alice@example.net"
	to := "To: Bob <BOB@example.com>"
	received := slices.Repeat([]string{"Received: from a by b; Mon, 30 Nov 2026 08:00:00 +0000"}, MaxReceived)
	for i, tt := range []struct {
		mail *Mail
		o    Answering
		want Reason
	}{
		{mail: mailOf(from, to)},
		{mail: mailOf(from, "To: robert@example.com")},
		{mail: mailOf(from, "To: carol@example.com", "Resent-To: bob@example.com")},
		{mail: mailOf(from, to, "Auto-Submitted: no")},
		{mail: mailOf(from, to, "Auto-Submitted: No (really)")},
		{mail: mailOf(from, to, "X-Auto-Response-Suppress: RN, NRN")},
		{mail: mailOf(from, append(received[:MaxReceived-1:MaxReceived-1], to)...)},
		{mail: mailOf(from, to, "X-Loop: carol@example.com")},
		{mail: mailOf("", to), want: NoReturnPath},
		{mail: mailOf("<>", to), want: NoReturnPath},
		{mail: mailOf("Bob@Example.com", to), want: FromSelf},
		{mail: mailOf(from, to, "From: robert@example.com"), want: FromSelf},
		{mail: mailOf("MAILER-DAEMON@example.net", to), want: FromRobot},
		{mail: mailOf("postmaster@example.net", to), want: FromRobot},
		{mail: mailOf("list-request@example.net", to), want: FromRobot},
		{mail: mailOf("owner-list@example.net", to), want: FromRobot},
		{mail: mailOf("list-bounces@example.net", to), want: FromRobot},
		{mail: mailOf("no-reply@example.net", to), want: FromRobot},
		{mail: mailOf("rooter@example.net", to)},
		{mail: mailOf(from, to, "Auto-Submitted: auto-replied"), want: Automatic},
		{mail: mailOf(from, to, "Auto-Submitted: auto-generated; type=x"), want: Automatic},
		{mail: mailOf(from, to, "Precedence: Bulk"), want: Automatic},
		{mail: mailOf(from, to, "Precedence: list"), want: FromList},
		{mail: mailOf(from, to, "X-Kopano-Vacation: autorespond"), want: Automatic},
		{mail: mailOf(from, to, "List-Id: <x.example.net>"), want: FromList},
		{mail: mailOf(from, to, "list-unsubscribe: <mailto:x@example.net>"), want: FromList},
		{mail: mailOf(from, to, "Mailing-List: contact x@example.net"), want: FromList},
		{mail: mailOf(from, to, "X-Auto-Response-Suppress: DR, OOF"), want: NotWanted},
		{mail: mailOf(from, to, "X-Auto-Response-Suppress: All"), want: NotWanted},
		{mail: mailOf(from, to, "Content-Type: multipart/report; boundary=b"), want: IsReport},
		{mail: mailOf(from, to, "X-Loop: bob@example.com"), want: Loop},
		{mail: mailOf(from, append(received, to)...), want: TooManyHops},
		{mail: mailOf(from, to, "X-Spam-Flag: YES"), o: Answering{Inhibit: ParsePatterns(`"X-Spam-Flag: yes"`)}, want: Inhibited},
		{mail: mailOf(from, to, "X-Spam-Flag: NO"), o: Answering{Inhibit: ParsePatterns(`"X-Spam-Flag: yes"`)}},
		{mail: mailOf(from, "Cc: bob@example.com"), want: NotAddressed},
		{mail: mailOf(from, "Cc: bob@example.com"), o: Answering{Cc: true}},
		{mail: mailOf(from, "Bcc: bob@example.com"), want: NotAddressed},
		{mail: mailOf(from, "Bcc: bob@example.com"), o: Answering{Bcc: true}},
		{mail: mailOf(from, "Cc: bob@example.com"), o: Answering{Unnamed: true, Bcc: true}, want: NotAddressed},
		{mail: mailOf(from, "To: all@example.com"), want: NotAddressed},
		{mail: mailOf(from, "To: all@example.com"), o: Answering{Unnamed: true}},
		{mail: mailOf(from, "To: team: carol@example.com, bob@example.com;")},
	} {
		if got := tt.mail.MayAnswer(tt.o); got != tt.want {
			t.Errorf("%d: %q, want %q", i, got, tt.want)
		}
	}
}

func TestMaySendOn(t *testing.T) {
	received := slices.Repeat([]string{"Received: from a by b; Mon, 30 Nov 2026 08:00:00 +0000"}, MaxReceived)
	for i, tt := range []struct {
		mail *Mail
		to   string
		want Reason
	}{
		{mailOf("alice@example.net", "From: alice@example.net"), "carol@example.com", ""},
		{mailOf("", "From: alice@example.net"), "carol@example.com", ""},
		{mailOf("", "List-Id: x"), "carol@example.com", ""},
		{mailOf("alice@example.net"), "", NoTarget},
		{mailOf("alice@example.net"), "Robert@example.com", TargetIsSource},
		{mailOf("alice@example.net"), "Alice@example.net", TargetIsSource},
		{mailOf("x@example.net", "From: A <alice@example.net>"), "alice@example.net", TargetIsSource},
		{mailOf("alice@example.net", "X-Loop: <bob@example.com>"), "carol@example.com", Loop},
		{mailOf("alice@example.net", "X-Loop: x@example.com", "X-Loop: ROBERT@example.com"), "carol@example.com", Loop},
		{mailOf("alice@example.net", received...), "carol@example.com", TooManyHops},
		{mailOf("alice@example.net", "X-Loop: "+strings.Repeat("x@example.com, ", MaxReceived-2)+"x@example.com"), "carol@example.com", ""},
		{mailOf("alice@example.net", "X-Loop: "+strings.Repeat("x@example.com, ", MaxReceived-1)+"x@example.com"), "carol@example.com", TooManyHops},
		{mailOf("alice@example.net", "X-Loop: x@example.com, Robert@example.com, y@example.com"), "carol@example.com", Loop},
		{mailOf("alice@example.net", "X-Kopano-Vacation: autorespond"), "carol@example.com", Inhibited},
	} {
		if got := tt.mail.MaySendOn(tt.to, Patterns{"X-Kopano-Vacation"}); got != tt.want {
			t.Errorf("%d: %q, want %q", i, got, tt.want)
		}
	}
}

func TestMayReport(t *testing.T) {
	received := slices.Repeat([]string{"Received: from a by b; Mon, 30 Nov 2026 08:00:00 +0000"}, MaxReceived)
	for i, tt := range []struct {
		mail *Mail
		want Reason
	}{
		{mailOf("alice@example.net", "To: x@example.com"), ""},
		{mailOf("alice@example.net", "List-Id: x"), ""},
		{mailOf("alice@example.net", "Precedence: bulk"), ""},
		{mailOf("", "To: bob@example.com"), NoReturnPath},
		{mailOf("<>", "To: bob@example.com"), NoReturnPath},
		{mailOf("alice@example.net", "Content-Type: multipart/report; boundary=b"), IsReport},
		{mailOf("alice@example.net", "X-Loop: bob@example.com"), Loop},
		{mailOf("alice@example.net", received...), TooManyHops},
	} {
		if got := tt.mail.MayReport(); got != tt.want {
			t.Errorf("%d: %q, want %q", i, got, tt.want)
		}
	}
}

func TestAddressed(t *testing.T) {
	m := mailOf("", "To: a@b, bob@example.com", "To: c@d", "Bcc: Robert <robert@example.com>")
	if got := m.Addressed(); got != (Addressed{To: true, Bcc: true}) {
		t.Errorf("%+v", got)
	}
}

func TestPatterns(t *testing.T) {
	p := ParsePatterns("  List-Id  X-AMAZON*\t\"X-Spam-Flag: YES\" \"\" \"unclosed: a b")
	if got := fmt.Sprintf("%q", []string(p)); got != `["List-Id" "X-AMAZON*" "X-Spam-Flag: YES" "unclosed: a b"]` {
		t.Fatal(got)
	}
	for field, want := range map[string]bool{
		"list-id: x": true, "List-Ident: x": false, "x-amazon-mail: x": true, "X-AMA: x": false, "X-Spam-Flag: yes, very": true,
		"X-Spam-Flag: NO": false, "Unclosed:   A B c": true, "Subject: List-Id: x": false,
	} {
		if got := p.Match(header.Parse([]byte(field + "\r\n\r\n"))); got != want {
			t.Errorf("%q: %v", field, got)
		}
	}
}
