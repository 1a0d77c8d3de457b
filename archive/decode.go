package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
)

// Envelope lists the keys that the API adds around a record when it answers.
// They say where the record stands, are not part of it, and are passed over
// when such an answer is sent back.
func Envelope() []string {
	return []string{"ark", "assets", "created", "doubts", "published", "revision", "status", "updated"}
}

// DecodeRecord reads one record from JSON. A key that the record shape does
// not have is refused by its name, at any depth; beside lists the further
// top-level keys to be passed over ("files" in a .jsonl sheet). The faults come
// back as an *InvalidError.
func DecodeRecord(data []byte, beside ...string) (Record, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return Record{}, decodeError("", err)
	}
	if fields == nil {
		return Record{}, Invalid("", "is null; a record is a JSON object")
	}
	for _, key := range slices.Concat(Envelope(), beside) {
		delete(fields, key)
	}
	for key := range fields {
		if !recordKeys[key] {
			return Record{}, Invalid(key, "is not a field of a record; put fields of your own into extra")
		}
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return Record{}, fmt.Errorf("encode record fields: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	var r Record
	if err := dec.Decode(&r); err != nil {
		return Record{}, decodeError(fieldOf(fields), err)
	}
	return r, noYearZero(fields["period"])
}

// DecodeLayer reads a layer from JSON. A key that a layer does not have is refused by
// its name.
func DecodeLayer(data []byte) (Layer, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var l *Layer
	if err := dec.Decode(&l); err != nil {
		return Layer{}, decodeError("", err)
	}
	if l == nil {
		return Layer{}, Invalid("", "is null; a layer is a JSON object such as %s", `{"kind": "infrared"}`)
	}
	if dec.More() {
		return Layer{}, Invalid("", "has more behind the layer")
	}
	return *l, nil
}

// noYearZero refuses a year 0 that is written: in a Period it stands for none.
func noYearZero(period json.RawMessage) error {
	if period == nil {
		return nil
	}
	var years struct{ From, To *int }
	if err := json.Unmarshal(period, &years); err != nil {
		return decodeError("period", err)
	}
	for field, year := range map[string]*int{"period.from": years.From, "period.to": years.To} {
		if year != nil && *year == 0 {
			return Invalid(field, "is 0; there is no year 0: 1 BCE is -1 and is followed by 1 CE")
		}
	}
	return nil
}

// recordKeys are the JSON names of Record's fields.
var recordKeys = func() map[string]bool {
	keys := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Record]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		keys[name] = true
	}
	return keys
}()

// fieldOf finds the top-level field whose value does not decode, for messages
// about unknown keys inside it.
func fieldOf(fields map[string]json.RawMessage) string {
	keys := make([]string, 0, len(fields))
	for key := range fields {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		one, err := json.Marshal(map[string]json.RawMessage{key: fields[key]})
		if err != nil {
			return key
		}
		dec := json.NewDecoder(bytes.NewReader(one))
		dec.DisallowUnknownFields()
		if dec.Decode(new(Record)) != nil {
			return key
		}
	}
	return ""
}

// decodeError turns encoding/json's errors into a sentence about a field.
func decodeError(field string, err error) error {
	var typed *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &typed):
		if typed.Field != "" {
			field = typed.Field
		}
		return Invalid(field, "is a JSON %s, which does not fit here; %s is wanted", typed.Value, wanted(typed.Type))
	case errors.As(err, &syntax):
		return Invalid(field, "is not valid JSON at byte %d: %v", syntax.Offset, err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return Invalid(field, "is not valid JSON: it ends early")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return Invalid(field, "has no field %s; put fields of your own into extra", name)
	}
	return Invalid(field, "cannot be read: %v", err)
}

func wanted(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return "a text in quotes"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	case reflect.Map:
		if t == reflect.TypeFor[Text]() {
			return `an object of languages such as {"zh": "…", "en": "…"}`
		}
	}
	return "an object"
}
