package api_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"zarafa/agents/webaccess/api"
)

func TestParseBatch(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		ok         bool
	}{
		{"one", `{"calls":[{"id":"a","method":"m","args":{}}]}`, true},
		{"two", `{"calls":[{"id":"a","method":"m","args":{}},{"id":"b","method":"m","args":{"x":[1]}}]}`, true},
		{"none", `{"calls":[]}`, false},
		{"no list", `{}`, false},
		{"no JSON", `x`, false},
		{"empty", ``, false},
		{"something behind", `{"calls":[{"id":"a","method":"m","args":{}}]} x`, false},
		{"an id twice", `{"calls":[{"id":"a","method":"m","args":{}},{"id":"a","method":"m","args":{}}]}`, false},
		{"no id", `{"calls":[{"method":"m","args":{}}]}`, false},
		{"a long id", `{"calls":[{"id":"` + strings.Repeat("a", 65) + `","method":"m","args":{}}]}`, false},
		{"an unknown member", `{"calls":[{"id":"a","method":"m","args":{},"x":1}]}`, false},
		{"many", `{"calls":[` + strings.Repeat(`{"id":"a","method":"m","args":{}},`, 32) + `{"id":"b","method":"m","args":{}}]}`, false},
		{"deep", strings.Repeat("[", 100_000), false},
	} {
		_, err := api.ParseBatch([]byte(tt.text))
		if p, isProblem := errors.AsType[*api.Problem](err); (err == nil) != tt.ok || err != nil && (!isProblem || p.Code != api.Invalid) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// A batch that is taken is within the limits, and means the same when it is written again.
func FuzzParseBatch(f *testing.F) {
	f.Add([]byte(`{"calls":[{"id":"a","method":"folders/get","args":{"store":""}}]}`))
	f.Add([]byte(`{"calls":[{"id":"a","method":"m","args":null},{"id":"b"}]}`))
	f.Add([]byte(`{"CALLS":[{"ID":"\ud800","method":"m","args":1e999}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := api.ParseBatch(text)
		if err != nil {
			if _, ok := errors.AsType[*api.Problem](err); !ok {
				t.Fatalf("%T", err)
			}
			return
		}
		if len(b.Calls) == 0 || len(b.Calls) > 32 {
			t.Fatalf("%d calls", len(b.Calls))
		}
		again, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		c, err := api.ParseBatch(again)
		if err != nil || len(c.Calls) != len(b.Calls) {
			t.Fatalf("%v: %s", err, again)
		}
		for i := range b.Calls {
			if c.Calls[i].ID != b.Calls[i].ID || c.Calls[i].Method != b.Calls[i].Method {
				t.Errorf("%+v, %+v", b.Calls[i], c.Calls[i])
			}
		}
	})
}

// Each method's types have a name of their own package, which TypeScript has too, and JSON names for all members.
func TestMethodTypes(t *testing.T) {
	seen := make(map[string]bool)
	for _, m := range api.Methods() {
		if seen[m.Name] || strings.Count(m.Name, "/") != 1 {
			t.Errorf("the method %q", m.Name)
		}
		seen[m.Name] = true
		for _, typ := range []reflect.Type{m.Args, m.Result} {
			if typ.Kind() != reflect.Struct || typ.Name() == "" {
				t.Errorf("%s: %v", m.Name, typ)
			}
		}
	}
}

// Lists and maps are never null: clients go over them without looking.
func TestEncode(t *testing.T) {
	for _, tt := range []struct {
		v    any
		want string
	}{
		{api.Rows{}, `{"total":0,"at":0,"rows":[]}`},
		{api.Folders{List: []api.Folder{{}}}, `"list":[{"id":""`},
		{api.FoldersChanged{}, `{"created":{},"failed":{}}`},
		{api.Messages{List: []api.Message{{}}}, `"replyTo":[],"recipients":[]`},
		{api.None{}, `{}`},
	} {
		if got, err := api.Encode(tt.v); err != nil || !strings.Contains(string(got), tt.want) {
			t.Errorf("%s, %v", got, err)
		}
	}
}
