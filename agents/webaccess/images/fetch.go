package images

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

const (
	maxBytes     = 5 << 20 // of a picture
	maxRedirects = 3
	maxHeader    = 64 << 10
	headBytes    = 16 // of a picture, in which its type is
)

var (
	errRedirects = errors.New("images: too many redirects")
	errTooLarge  = errors.New("images: larger than 5 MiB")
	errNoPicture = errors.New("images: not a PNG, JPEG, GIF or WebP")
)

// client makes the client that fetches. It has no cookies, and no proxy of the environment, which would connect in its place.
func (p *Proxy) client() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            p.dial,
			DisableKeepAlives:      true,
			DisableCompression:     true, // a picture is compressed; what unpacks to more is an attack
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: maxHeader,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errRedirects
			}
			r.Header.Del("Referer") // http.Client adds it
			return checkURL(r.URL)
		},
	}
}

// dial resolves a name once and connects to an address that it got; so a name that has another address the next moment gains nothing. All
// its addresses must be public.
func (p *Proxy) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	ips := []netip.Addr{}
	if ip, err := netip.ParseAddr(host); err == nil {
		ips = append(ips, ip)
	} else if ips, err = p.lookUp(ctx, host); err != nil {
		return nil, err
	}
	err = fmt.Errorf("%w: %s has no address", errForbidden, host)
	for _, ip := range ips {
		if !isPublic(ip) {
			return nil, fmt.Errorf("%w: %s is %s", errForbidden, host, ip)
		}
	}
	for _, ip := range ips[:min(len(ips), 4)] {
		var conn net.Conn
		if conn, err = p.connect(ctx, network, net.JoinHostPort(ip.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// lookUp resolves a name. The resolver writes addresses of IPv4 as mapped ones.
func (p *Proxy) lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	ips, err := p.resolve(ctx, "ip", host)
	for i := range ips {
		ips[i] = ips[i].Unmap()
	}
	return ips, err
}

// control is asked by the dialer about the socket's real peer before it connects.
func control(network, address string, _ syscall.RawConn) error { return checkAddress(network, address) }

// fetch asks for a picture. Its body begins with head, which was read to know the type.
func (p *Proxy) fetch(ctx context.Context, address string) (response *http.Response, head []byte, kind string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, nil, "", err
	}
	if err := checkURL(u); err != nil {
		return nil, nil, "", err
	}
	request := (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{
		"Accept":     {"image/webp,image/png,image/jpeg,image/gif"},
		"User-Agent": {"Mozilla/5.0 (image proxy of a mail server)"},
	}}).WithContext(ctx)
	response, err = p.http.Do(request)
	if err != nil {
		return nil, nil, "", err
	}
	head, kind, err = begin(response)
	if err != nil {
		response.Body.Close()
		return nil, nil, "", err
	}
	return response, head, kind, nil
}

// begin reads the beginning of an answer and finds what picture it is.
func begin(response *http.Response) (head []byte, kind string, err error) {
	switch {
	case response.StatusCode != http.StatusOK:
		return nil, "", fmt.Errorf("images: status %d", response.StatusCode)
	case response.ContentLength > maxBytes:
		return nil, "", errTooLarge
	case response.Header.Get("Content-Encoding") != "":
		return nil, "", errNoPicture
	}
	head = make([]byte, headBytes)
	n, err := io.ReadFull(response.Body, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, "", err
	}
	if kind = Kind(head[:n]); kind == "" {
		return nil, "", errNoPicture
	}
	return head[:n], kind, nil
}

// Kind is the media type of a picture of pixels that begins with head, "" if it is none that browsers show safely. 12 bytes are enough.
func Kind(head []byte) string {
	s := string(head)
	switch {
	case strings.HasPrefix(s, "\x89PNG\r\n\x1a\n"):
		return "image/png"
	case strings.HasPrefix(s, "\xFF\xD8\xFF"):
		return "image/jpeg"
	case strings.HasPrefix(s, "GIF87a"), strings.HasPrefix(s, "GIF89a"):
		return "image/gif"
	case len(s) >= 12 && s[:4] == "RIFF" && s[8:12] == "WEBP":
		return "image/webp"
	}
	return ""
}
