package wire

import (
	"bytes"
	"strings"
	"testing"

	"zarafa/mapi"
)

// all makes a request of every operation.
func all(t *testing.T) []Request {
	t.Helper()
	d := NewDecoder(ServerLimits())
	var list []Request
	for _, o := range Operations() {
		req := d.newRequest(o.Op)
		if req.Op() != o.Op || req.element() != o.Element || o.Op.String() != o.Name {
			t.Errorf("operation %d: %+v", o.Op, o)
		}
		if resp := NewResponse(o.Op); resp.element() != o.Response {
			t.Errorf("%s: response %s, want %s", o.Name, resp.element(), o.Response)
		}
		list = append(list, req)
	}
	return list
}

func TestOperations(t *testing.T) {
	if n := len(all(t)); n != 125 {
		t.Errorf("%d operations", n)
	}
	if Op(0).String() != "unknown operation" || NewResponse(0) != nil || ErrorResponse(opCount, mapi.NotFound) != nil {
		t.Error("operation 0 or beyond the last is known")
	}
	for op, want := range map[Op]bool{OpLogon: false, OpSSOLogon: true, OpCreateFolders: true, OpGetRemoteAdminList: true, OpGetClientUpdate: false, 0: false} {
		if op.HasSession() != want {
			t.Errorf("%v: HasSession is %v", op, !want)
		}
	}
	r := &GetRemoteAdminListRequest{SessionID: 5}
	if r.Session() != 5 || (&LogonRequest{}).Session() != 0 {
		t.Error("session ids are confused")
	}
}

// Every operation reaches its method, and the code of the method's error its response; what a
// response consists of decodes again.
func TestDispatchToNobody(t *testing.T) {
	noSupport := map[Op]bool{OpRemoveAllObjects: true, OpGetUserClientUpdateStatus: true, OpGetClientUpdate: true, OpSetClientUpdateStatus: true}
	d := NewDecoder(ClientLimits())
	for _, req := range all(t) {
		want := mapi.NotImplemented
		if noSupport[req.Op()] {
			want = mapi.NoSupport
		}
		resp, err := Dispatch(Service[int](Unimplemented[int]{}), 0, req)
		if mapi.CodeOf(err) != want || *resp.ResultCode() != want {
			t.Errorf("%v: %v, %v", req.Op(), err, *resp.ResultCode())
		}
		text := AppendResponse(nil, ErrorResponse(req.Op(), mapi.EndOfSession), SOAP11)
		again := NewResponse(req.Op())
		d.Reset(bytes.Clone(text))
		if err := DecodeResponse(d, again); err != nil || *again.ResultCode() != mapi.EndOfSession {
			t.Errorf("%v: %v, %v", req.Op(), err, *again.ResultCode())
		}
		if got := AppendResponse(nil, again, SOAP11); !bytes.Equal(got, text) && req.Op() != OpGetUserClientUpdateStatus {
			t.Errorf("%v:%s", req.Op(), difference(string(got), string(text)))
		}
	}
}

// An empty request of every operation decodes to what an empty request encodes to.
func TestEmptyRequests(t *testing.T) {
	d := NewDecoder(ServerLimits())
	for _, req := range all(t) {
		d.Reset([]byte(inEnvelope("<m:" + req.element() + "/>")))
		got, err := DecodeRequest(d)
		if err != nil {
			t.Errorf("%v: %v", req.Op(), err)
			continue
		}
		text := string(AppendRequest(nil, got))
		d.Reset([]byte(text))
		if got, err = DecodeRequest(d); err != nil || string(AppendRequest(nil, got)) != text {
			t.Errorf("%v: %v %s", req.Op(), err, text)
		}
	}
}

type logonOnly struct{ Unimplemented[string] }

func (logonOnly) Logon(c string, req *LogonRequest, resp *LogonResponse) error {
	resp.Version = Text("0,11,0,2")
	if req.Username.String != c {
		return mapi.Errorf(mapi.LogonFailed, "logon", "unknown user")
	}
	resp.SessionID = 9
	return nil
}

func TestDispatch(t *testing.T) {
	svc := Service[string](logonOnly{})
	resp, err := Dispatch(svc, "alice", &LogonRequest{Username: Text("alice")})
	if text := string(AppendResponse(nil, resp, SOAP11)); err != nil || !strings.Contains(text,
		"<ns:logonResponse><er>0</er><ulSessionId>9</ulSessionId><lpszVersion>0,11,0,2</lpszVersion><ulCapabilities>0</ulCapabilities>"+
			"<sLicenseResponse></sLicenseResponse><sServerGuid></sServerGuid></ns:logonResponse>") {
		t.Errorf("%v %s", err, text)
	}
	resp, err = Dispatch(svc, "alice", &LogonRequest{})
	if r := resp.(*LogonResponse); err == nil || r.Er != mapi.LogonFailed || !r.Version.Valid {
		t.Errorf("%v %+v", err, r)
	}
}

func TestRawRows(t *testing.T) {
	row := []mapi.PropValue{mapi.Long(0x0E1B0003, 1), mapi.String(0x0037001F, "a<b")}
	plain := &TableQueryRowsResponse{RowSet: RowSet{Rows: [][]mapi.PropValue{row, nil, {}}}}
	raw := AppendRowStart(nil, len(row))
	for _, v := range row {
		raw = AppendPropVal(raw, v)
	}
	raw = AppendRow(AppendRow(AppendRowEnd(raw), nil), []mapi.PropValue{})
	encoded := &TableQueryRowsResponse{RowSet: RowSet{Raw: raw, RawCount: 3}}
	a, b := string(AppendResponse(nil, plain, SOAP11)), string(AppendResponse(nil, encoded, SOAP11))
	if a != b || !strings.Contains(a, `<sRowSet SOAP-ENC:arrayType="propVal[][3]"><item SOAP-ENC:arrayType="propVal[2]"><item>`) ||
		!strings.Contains(a, `</item><item></item><item SOAP-ENC:arrayType="propVal[0]"></item></sRowSet>`) {
		t.Errorf("%s\n%s", a, b)
	}
	o := SaveObject{Items: []SaveObject{{ObjType: 6}}, ModProps: row, ObjType: 5}
	c := string(AppendResponse(nil, &LoadObjectResponse{SaveObject: o}, SOAP11))
	e := string(AppendResponse(nil, &LoadObjectResponse{SaveObject: SaveObject{Raw: AppendSaveObject(nil, &o)}}, SOAP11))
	if c != e || !strings.Contains(c, "<sSaveObject><item><delProps></delProps>") {
		t.Errorf("%s\n%s", c, e)
	}
}
