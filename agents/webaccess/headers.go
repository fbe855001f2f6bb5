package webaccess

import (
	"net/http"
)

// The policies of pages (Content-Security-Policy). Nothing runs that is not a file of the program, and nothing is fetched from anywhere else.
const (
	appPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; frame-src 'self'; " +
		"worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
	// mailPolicy is that of a mail's page. Without allow-same-origin no cookie would come with requests for its pictures, and the page around it could neither
	// measure it nor hear its keys; with allow-scripts both together would be no sandbox at all.
	mailPolicy = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; " +
		"base-uri 'none'; form-action 'none'"
	// editorPolicy is that of the frame in which mails are written. No script runs in it, so that nothing in a quoted or pasted mail does; styles, which
	// the policy of the app would drop, are let be. It is no sandbox: the app writes in it.
	editorPolicy = "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
	// filePolicy is that of files of mails: whatever they are, nothing in them does anything.
	filePolicy = "sandbox; default-src 'none'; frame-ancestors 'self'"
	// dataPolicy is that of answers that are no pages.
	dataPolicy = "default-src 'none'; frame-ancestors 'none'"
)

// withHeaders gives every answer what a browser needs to know of it. Handlers replace the policy, and may let an answer be kept.
func withHeaders(next http.Handler, encrypted func(*http.Request) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", dataPolicy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store")
		if encrypted(r) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
