package soaphttp

import "zarafa/wire/soaphttp/fixedgzip"

// leastSaving is the share of a body, one in so many, that compression has to save to be worth its time at both ends.
const leastSaving = 8

// sendGzip writes an answer that is in memory as gzip. If the beginning of the answer shows that this saves too little, it writes nothing
// and reports so.
func (x *Exchange) sendGzip(body []byte) (sent bool, err error) {
	bufs := x.conn.bufs
	piece, rest := cutPiece(body)
	out := bufs.body(fixedgzip.Bound(len(piece)))
	defer bufs.putBody(out)
	z := bufs.answerEncoder()
	defer bufs.answers.Put(z)
	*out = z.Append(z.Start(*out), piece)
	if len(*out) > len(piece)-len(piece)/leastSaving {
		return false, nil
	}
	w := x.newSender(contentTypeXML, true)
	defer w.release()
	for len(rest) > 0 {
		if _, err := w.Write(*out); err != nil {
			return true, err
		}
		piece, rest = cutPiece(rest)
		*out = z.Append((*out)[:0], piece)
	}
	*out = z.Finish(*out)
	if _, err := w.Write(*out); err != nil {
		return true, err
	}
	return true, w.finish()
}

// cutPiece takes as much as the encoder does at a time.
func cutPiece(body []byte) (piece, rest []byte) {
	n := min(len(body), fixedgzip.MaxPiece)
	return body[:n], body[n:]
}
