package header

import "testing"

func TestReceivedClause(t *testing.T) {
	const (
		postfix = "from mail.example.org (mail.example.org [192.0.2.1])\r\n\t(using TLSv1.3)\r\n\tby mx.example.com (Postfix) with ESMTPS id 4F1AbC\r\n\tfor <a@example.com>; Mon, 23 Nov 2026 10:00:00 +0000 (UTC)"
		exim    = "from [192.0.2.1] (helo=by id.example.org)\r\n\tby mx.example.com with esmtp (Exim 4.98)\r\n\t(envelope-from <c@example.org>)\r\n\tid 1tXYZ-000\r\n\tfor a@example.com; Mon, 23 Nov 2026 10:00:00 +0000"
	)
	for _, tt := range []struct{ value, keyword, want string }{
		{postfix, "by", "mx.example.com"},
		{postfix, "ID", "4F1AbC"},
		{postfix, "for", "<a@example.com>"},
		{postfix, "via", ""},
		{exim, "by", "mx.example.com"},
		{exim, "id", "1tXYZ-000"},
		{"(qmail 4711 invoked by uid 89); 23 Nov 2026 10:00:00 -0000", "by", ""},
		{"by mx.example.com; id 4711", "id", ""},
		{"from a by b id", "id", ""},
		{"", "id", ""},
	} {
		if got := ReceivedClause(tt.value, tt.keyword); got != tt.want {
			t.Errorf("%s of %q: %q, want %q", tt.keyword, tt.value, got, tt.want)
		}
	}
}
