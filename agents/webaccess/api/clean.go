package api

// Cleaner makes a page harmless. It may be called concurrently.
type Cleaner func(page []byte, o CleanOptions) Cleaned

// CleanOptions say where the addresses of a page lead.
type CleanOptions struct {
	// Inline is the address of a picture of the mail, by its Content-ID or Content-Location; ok is false if there is none.
	Inline func(contentID, location string) (address string, ok bool)
	// Remote is the address under which a remote picture is fetched for the reader; nil blocks all.
	Remote func(address string) (proxied string, ok bool)
}

// Cleaned is a page that is safe to show.
type Cleaned struct {
	// HTML is one element, for the body of a document.
	HTML string
	// Plain: the page was beyond the limits, and HTML is its text.
	Plain bool
	// Blocked is how many remote pictures were left out.
	Blocked int
	Links   []Link
	// Colours: the page has colours of its own, and is to be shown on light paper. DarkMode: it has styles for dark mode.
	Colours, DarkMode, Quirks bool
}
