package wire

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"zarafa/mapi"
)

// decodeProp decodes one property that is written as the child elements of a propVal.
func decodeProp(t *testing.T, content string) (mapi.PropValue, *Fault) {
	t.Helper()
	d := NewDecoder(ServerLimits())
	d.Reset([]byte(inEnvelope(`<m:importMessageFromStream><lpsConflictItems>` + content + `</lpsConflictItems></m:importMessageFromStream>`)))
	req, err := DecodeRequest(d)
	if err != nil {
		return mapi.PropValue{}, err.(*Fault)
	}
	return req.(*ImportMessageFromStreamRequest).ConflictItems.Clone(), nil
}

func TestPropValues(t *testing.T) {
	f := func(v mapi.PropValue, want string) {
		t.Helper()
		text := string(appendPropValContent(nil, &v))
		if _, member, _ := strings.Cut(text, "</ulPropTag>"); member != want {
			t.Errorf("%v: got %s, want %s", v.Tag, member, want)
			return
		}
		got, fault := decodeProp(t, text)
		if fault != nil || !reflect.DeepEqual(got, v) && !math.IsNaN(v.Float()) {
			t.Errorf("%v: read back %+v, %v", v.Tag, got, fault)
		}
	}
	tag := func(p mapi.PropType) mapi.PropTag { return mapi.MakeTag(0x6700, p) }
	f(mapi.Long(tag(mapi.PtLong), 4294967289), "<ul>4294967289</ul>")
	f(mapi.Long(tag(mapi.PtNull), 0), "<ul>0</ul>")
	f(mapi.Missing(tag(mapi.PtLong)), "<ul>2147483650</ul>")
	f(mapi.Short(tag(mapi.PtI2), -7), "<i>-7</i>")
	f(mapi.Bool(tag(mapi.PtBoolean), true), "<b>true</b>")
	f(mapi.Bool(tag(mapi.PtBoolean), false), "<b>false</b>")
	f(mapi.I8(tag(mapi.PtI8), math.MinInt64), "<li>-9223372036854775808</li>")
	f(mapi.I8(tag(mapi.PtCurrency), -1), "<hilo><hi>-1</hi><lo>4294967295</lo></hilo>")
	f(mapi.Time(tag(mapi.PtSysTime), 0x01D0F0F080000001), "<hilo><hi>30470384</hi><lo>2147483649</lo></hilo>")
	f(mapi.Float(tag(mapi.PtR4), float64(float32(1.1))), "<flt>1.10000002</flt>")
	f(mapi.Float(tag(mapi.PtDouble), 1.0/3), "<dbl>0.33333333333333331</dbl>")
	f(mapi.Float(tag(mapi.PtAppTime), 44000.5), "<dbl>44000.5</dbl>")
	f(mapi.Float(tag(mapi.PtDouble), 1e-10), "<dbl>1E-10</dbl>")
	f(mapi.Float(tag(mapi.PtDouble), 1e300), "<dbl>1.0000000000000001E+300</dbl>")
	f(mapi.Float(tag(mapi.PtDouble), 1e16), "<dbl>10000000000000000</dbl>")
	f(mapi.Float(tag(mapi.PtDouble), 100000), "<dbl>100000</dbl>")
	f(mapi.Float(tag(mapi.PtDouble), math.Copysign(0, -1)), "<dbl>-0</dbl>")
	f(mapi.Float(tag(mapi.PtDouble), math.NaN()), "<dbl>NaN</dbl>")
	f(mapi.Float(tag(mapi.PtDouble), math.Inf(1)), "<dbl>INF</dbl>")
	f(mapi.Float(tag(mapi.PtR4), math.Inf(-1)), "<flt>-INF</flt>")
	f(mapi.String(tag(mapi.PtUnicode), "a<b>&\"c\t\n\r\x01\x7F\u2028\uFFFE\U0001F600"),
		"<lpszA>a&lt;b&gt;&amp;\"c\t\n&#xD;&#x1;&#x7F;\u2028\uFFFE\U0001F600</lpszA>")
	f(mapi.String(tag(mapi.PtString8), ""), "<lpszA/>")
	f(mapi.Binary(tag(mapi.PtBinary), []byte{0, 255}), "<bin>AP8=</bin>")
	f(mapi.Binary(tag(mapi.PtCLSID), []byte{}), "<bin></bin>")
	f(mapi.PropValue{Tag: tag(mapi.PtUnspecified)}, "")
	f(mapi.PropValue{Tag: tag(mapi.PtObject)}, "")

	f(mapi.Multi(tag(mapi.PtMVI2), mapi.Short(0, -1)), `<mvi SOAP-ENC:arrayType="xsd:short[1]"><item>-1</item></mvi>`)
	f(mapi.Multi(tag(mapi.PtMVLong), mapi.Long(0, 1), mapi.Long(0, 2)), `<mvl SOAP-ENC:arrayType="xsd:unsignedInt[2]"><item>1</item><item>2</item></mvl>`)
	f(mapi.Multi(tag(mapi.PtMVR4), mapi.Float(0, 0.5)), `<mvflt SOAP-ENC:arrayType="xsd:float[1]"><item>0.5</item></mvflt>`)
	f(mapi.Multi(tag(mapi.PtMVAppTime), mapi.Float(0, 0.5)), `<mvdbl SOAP-ENC:arrayType="xsd:double[1]"><item>0.5</item></mvdbl>`)
	f(mapi.Strings(tag(mapi.PtMVUnicode), "a", ""), `<mvszA SOAP-ENC:arrayType="xsd:string[2]"><item>a</item><item/></mvszA>`)
	f(mapi.Multi(tag(mapi.PtMVSysTime), mapi.Time(0, 1)), `<mvhilo SOAP-ENC:arrayType="hiloLong[1]"><item><hi>0</hi><lo>1</lo></item></mvhilo>`)
	f(mapi.Multi(tag(mapi.PtMVBinary), mapi.Binary(0, []byte("x"))), `<mvbin SOAP-ENC:arrayType="xsd:base64Binary[1]"><item>eA==</item></mvbin>`)
	f(mapi.Multi(tag(mapi.PtMVI8), mapi.I8(0, -5)), `<mvli SOAP-ENC:arrayType="xsd:long[1]"><item>-5</item></mvli>`)
	f(mapi.PropValue{Tag: tag(mapi.PtMVLong), More: &mapi.More{Values: []mapi.PropValue{}}}, `<mvl SOAP-ENC:arrayType="xsd:unsignedInt[0]"></mvl>`)
	f(mapi.PropValue{Tag: tag(mapi.PtMVLong), More: &mapi.More{}}, `<mvl></mvl>`)
	// A cell of a column that was expanded into instances.
	f(mapi.PropValue{Tag: tag(mapi.PtUnicode | mapi.MVIFlag), Data: []byte("x")}, "<lpszA>x</lpszA>")
}

func TestUnusualPropValues(t *testing.T) {
	f := func(content string, want mapi.PropValue) {
		t.Helper()
		if got, fault := decodeProp(t, content); fault != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", content, got, fault)
		}
	}
	f(`<ul>7</ul><ulPropTag>3</ulPropTag>`, mapi.Long(3, 7))
	f(`<ulPropTag>3</ulPropTag><ul>7</ul><ul>8</ul><li>9</li><x><ul>5</ul></x>`, mapi.Long(3, 7))
	f(`<ulPropTag>3</ulPropTag><ulPropTag>4</ulPropTag><x/><ul>7</ul>`, mapi.Long(3, 7))
	f(`<ulPropTag>31</ulPropTag><ul>7</ul>`, mapi.PropValue{Tag: 31}) // no member for the type
	f(`<ulPropTag>31</ulPropTag><lpszA xsi:nil="true"/>`, mapi.PropValue{Tag: 31})
	f(`<ulPropTag>31</ulPropTag><lpszA></lpszA>`, mapi.String(31, ""))
	f(`<mvszA><a>x</a><b>y</b></mvszA><ulPropTag>4127</ulPropTag>`, mapi.Strings(0x101F, "x", "y"))
	f(`<mvl arrayType="bogus"><item>1</item></mvl><ulPropTag>4099</ulPropTag>`, mapi.Multi(0x1003, mapi.Long(0, 1)))
	f(`<ulPropTag>4099</ulPropTag><mvl S:arrayType="xsd:unsignedInt[1]"><item>1</item><item>x</item></mvl>`, mapi.Multi(0x1003, mapi.Long(0, 1)))
	f(`<ulPropTag>4099</ulPropTag><mvl S:arrayType="xsd:unsignedInt[2]"><item>1</item></mvl>`, mapi.Multi(0x1003, mapi.Long(0, 1), mapi.Long(0, 0)))
	f(`<ulPropTag>4099</ulPropTag><mvl S:arrayType="xsd:unsignedInt[]"><item>1</item></mvl>`, mapi.Multi(0x1003, mapi.Long(0, 1)))
	f(`<ulPropTag>258</ulPropTag><bin> A P8
	</bin>`, mapi.Binary(258, []byte{0, 255}))
	f("<ulPropTag>31</ulPropTag><lpszA> \x01\x1F</lpszA>", mapi.String(31, " \x01\x1F"))
	f("<ulPropTag>31</ulPropTag><lpszA>a\xFFb</lpszA>", mapi.String(31, "a\uFFFDb"))
	f("<ulPropTag>31</ulPropTag><lpszA>&#x1;&#xFFFE;&#xD800;&quot;&apos;</lpszA>", mapi.String(31, "\x01\uFFFE\uFFFD\"'"))
	f("<ulPropTag>31</ulPropTag><lpszA>a<!-- -->&amp;<![CDATA[<&amp;]]]>b<x>no</x>&#65;</lpszA>", mapi.String(31, "a&<&amp;]bA"))
}

func TestRefusedValues(t *testing.T) {
	f := func(content string) {
		t.Helper()
		if got, fault := decodeProp(t, content); fault == nil {
			t.Errorf("%s: got %+v", content, got)
		}
	}
	for _, number := range []string{"", " ", "x", "0x10", "2.0", "-1", "4294967296", "1 2", "++1", "99999999999999999999999", "\u0661"} {
		f(`<ul>` + number + `</ul>`)
		f(`<ulPropTag>` + number + `</ulPropTag>`)
	}
	f(`<ul xsi:nil="true"/>`)
	f(`<i>32768</i>`)
	f(`<i>-32769</i>`)
	f(`<li>9223372036854775808</li>`)
	f(`<li>-9223372036854775809</li>`)
	f(`<b>TRUE</b>`)
	f(`<b>2</b>`)
	f(`<dbl>0x1p3</dbl>`)
	f(`<dbl>infinity</dbl>`)
	f(`<dbl>1_0</dbl>`)
	f(`<dbl></dbl>`)
	f(`<flt>1e99</flt>`)
	f(`<bin>A*==</bin>`)
	f(`<bin>A</bin>`)
	f(`<bin>AA==AA==</bin>`)
	f("<lpszA>a\x00b</lpszA>")
	f(`<lpszA>&#0;</lpszA>`)
	f(`<lpszA>&#x110000;</lpszA>`)
	f(`<lpszA>&#99999999999999999999;</lpszA>`)
	f(`<lpszA>& </lpszA>`)
	f(`<lpszA xsi:type="xsd:int">a</lpszA>`)
	f(`<mvl S:arrayType="xsd:string[1]"><item>1</item></mvl>`)
	f(`<mvl S:arrayType="xsd:unsignedInt"><item>1</item></mvl>`)
	f(`<mvl S:arrayType="xsd:unsignedInt[-1]"/>`)
	f(`<mvl S:arrayType="xsd:unsignedInt[100001]"/>`)
}

func TestFloatsAreWrittenAsByC(t *testing.T) {
	f := func(v float64, bits int, want string) {
		t.Helper()
		if got := string(appendFloat(nil, "", "", v, bits)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f(123456789, 32, "123456792")
	f(1234567890, 32, "1.23456794E+09")
	f(0.0001, 64, "0.0001")
	f(0.00001, 64, "1.0000000000000001E-05")
	f(1e17, 64, "1E+17")
	f(123456789012345678, 64, "1.2345678901234568E+17")
	f(math.MaxFloat64, 64, "1.7976931348623157E+308")
	f(math.SmallestNonzeroFloat64, 64, "4.9406564584124654E-324")
	f(math.MaxFloat32, 32, "3.40282347E+38")
}

func TestNullAndEmpty(t *testing.T) {
	d := NewDecoder(ServerLimits())
	get := func(op, params string) Request {
		t.Helper()
		d.Reset([]byte(inEnvelope("<m:" + op + ">" + params + "</m:" + op + ">")))
		req, err := DecodeRequest(d)
		if err != nil {
			t.Fatal(err)
		}
		return req
	}
	user := func(params string) []byte { return get("getUser", params).(*GetUserRequest).SUserID }
	if user("") != nil || user("<sUserId></sUserId>") == nil || user("<sUserId/>") == nil || user(`<sUserId xsi:nil="1"/>`) != nil {
		t.Error("absent and empty binary values are confused")
	}
	name := func(params string) NullString { return get("logon", params).(*LogonRequest).Username }
	if name("").Valid || !name("<szUsername/>").Valid || name(`<szUsername xsi:nil="true"></szUsername>`).Valid {
		t.Error("absent and empty strings are confused")
	}
	tags := func(params string) []mapi.PropTag {
		return get("tableSetColumns", params).(*TableSetColumnsRequest).PropTag
	}
	if tags("") != nil || tags("<aPropTag/>") == nil || tags(`<aPropTag xsi:nil="true"/>`) != nil {
		t.Error("absent and empty optional arrays are confused")
	}
	list := func(params string) [][]byte { return get("deleteObjects", params).(*DeleteObjectsRequest).Messages }
	if list("") != nil || list("<aMessages/>") == nil || len(list("<aMessages><x/><m:item/><item/></aMessages>")) != 1 {
		t.Error("lists are read wrongly")
	}
	save := func(params string) *SaveObject {
		return get("saveObject", "<lpsSaveObj>"+params+"</lpsSaveObj>").(*SaveObjectRequest).SaveObj
	}
	if save("<delProps></delProps>").DelProps != nil || save(`<delProps a:arrayType="x:unsignedInt[0]"></delProps>`).DelProps == nil {
		t.Error("NULL and empty required arrays are confused")
	}
	export := get("exportMessageChangesAsStream", `<ulFlags>1</ulFlags><anything><item><sObjectKey>AA==</sObjectKey></item></anything><ulPropTag>2</ulPropTag>`)
	if r := export.(*ExportMessageChangesAsStreamRequest); len(r.SourceKeyPairs) != 1 || r.PropTag != 2 {
		t.Errorf("unnamed parameter: %+v", r)
	}
	if x := get("importMessageFromStream", `<sStreamData e:contentType="a/b"><xop:Include href="cid:id&amp;3"/></sStreamData>`).(*ImportMessageFromStreamRequest).StreamData; x.Href != "cid:id&3" || x.ContentType != "a/b" {
		t.Errorf("reference to a part: %+v", x)
	}
}
