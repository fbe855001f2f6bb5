package tree

import (
	"bytes"
	"io"
)

// NewCRLFReader makes every line end CRLF: a bare LF, a bare CR, and CRs in front of an LF, which gateways multiply.
func NewCRLFReader(r io.Reader) io.Reader { return newFilter(r, &crlfStep{}) }

// CRLF does the same for a mail in memory. Mail that is right already comes back as it is, in the same memory.
func CRLF(mail []byte) []byte {
	if isCRLF(mail) {
		return mail
	}
	var s crlfStep
	return s.flush(s.decode(make([]byte, 0, len(mail)+len(mail)/32+2), mail))
}

// isCRLF reports whether CR and LF stand in pairs alone.
func isCRLF(mail []byte) bool {
	for {
		i := bytes.IndexByte(mail, '\n')
		if i < 0 {
			return bytes.IndexByte(mail, '\r') < 0
		}
		if i == 0 || bytes.IndexByte(mail[:i], '\r') != i-1 {
			return false
		}
		mail = mail[i+1:]
	}
}

type crlfStep struct {
	crs int // in front of what comes next
}

func (s *crlfStep) decode(dst, piece []byte) []byte {
	for len(piece) > 0 {
		switch piece[0] {
		case '\r':
			if s.crs++; s.crs > maxKept {
				s.crs--
				dst = append(dst, '\r', '\n')
			}
			piece = piece[1:]
		case '\n':
			s.crs = 0
			dst = append(dst, '\r', '\n')
			piece = piece[1:]
		default:
			dst = s.flush(dst)
			n := bytes.IndexAny(piece, "\r\n")
			if n < 0 {
				n = len(piece)
			}
			dst = append(dst, piece[:n]...)
			piece = piece[n:]
		}
	}
	return dst
}

// flush writes the bare CRs.
func (s *crlfStep) flush(dst []byte) []byte {
	for ; s.crs > 0; s.crs-- {
		dst = append(dst, '\r', '\n')
	}
	return dst
}
