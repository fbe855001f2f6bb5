package soaphttp

import "zarafa/wire/soaphttp/fixedgzip"

// leastSaving is the share of a body, one in so many, that compression has to save to be worth its time at both ends.
const leastSaving = 8

// sendGzip writes an answer that is in memory as gzip. If the beginning of the answer shows that this saves too little, it writes nothing
// and reports so.
func (x *Exchange) sendGzip(body Body) (sent bool, err error) {
	bufs := x.conn.bufs
	out := bufs.body(fixedgzip.Bound(min(body.size(), fixedgzip.MaxPiece)))
	defer bufs.putBody(out)
	z := bufs.answerEncoder()
	defer bufs.answers.Put(z)
	*out = z.Start(*out)
	plain := 0
	for body.size() > 0 && plain < fixedgzip.MaxPiece/2 {
		piece := body.cut(fixedgzip.MaxPiece)
		*out = z.Append(*out, piece)
		plain += len(piece)
	}
	if len(*out) > plain-plain/leastSaving {
		return false, nil
	}
	w := x.newSender(contentTypeXML, true)
	defer w.release()
	for body.size() > 0 {
		if _, err := w.Write(*out); err != nil {
			return true, err
		}
		*out = z.Append((*out)[:0], body.cut(fixedgzip.MaxPiece))
	}
	*out = z.Finish(*out)
	if _, err := w.Write(*out); err != nil {
		return true, err
	}
	return true, w.finish()
}

// cut takes the first bytes, at most the given number and all from one piece.
func (b *Body) cut(most int) (first []byte) {
	for _, p := range [...]*[]byte{&b.Head, &b.Middle, &b.Tail} {
		if n := min(len(*p), most); n > 0 {
			first, *p = (*p)[:n], (*p)[n:]
			break
		}
	}
	return first
}
