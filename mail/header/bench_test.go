package header_test

import (
	"fmt"
	"strings"
	"testing"

	"zarafa/mail/header"
)

// BenchmarkHostile: values of 1 MiB that would take a careless parser long. Compare the speeds: all of them must be of one order.
func BenchmarkHostile(b *testing.B) {
	for _, piece := range []string{"a", "a, ", "a@b, ", "Foo, Bar <a@b>, ", "A, ", "A <a@b> ", "<", ">", "(", "()", `"`, `\"`, "[", "@[", "=?", "=?a?q?", "=?a?q?x?= ", "=?utf-8?B?w6?= ", "; a=b", "; a*0=b", `; a="b`, "*", "<a@b>", ":", "a:;", "a: ", "\xC3", "\x1B", "mailto:"} {
		value := strings.Repeat(piece, 1<<20/len(piece))
		for name, parse := range map[string]func(string){
			"text":      func(s string) { header.DecodeText(s, nil) },
			"addresses": func(s string) { header.ParseAddresses(s, nil) },
			"type":      func(s string) { header.ParseMediaType("a/b; " + s) },
			"ids":       func(s string) { header.MessageIDs(s) },
			"date":      func(s string) { header.ParseDate(s) },
			"encode":    func(s string) { header.EncodeText(s, nil) },
			"field":     func(s string) { header.AppendField(nil, "Subject", s) },
		} {
			b.Run(fmt.Sprintf("%s/%q", name, piece), func(b *testing.B) {
				b.SetBytes(int64(len(value)))
				for b.Loop() {
					parse(value)
				}
			})
		}
	}
}
