package snapshot

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// AppendRow appends the values of a row as a JSON array. Values are string,
// int64, bool, []byte and nil.
func AppendRow(dst []byte, values []any) ([]byte, error) {
	dst = append(dst, '[')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		switch v := v.(type) {
		case nil:
			dst = append(dst, "null"...)
		case string:
			var err error
			if dst, err = appendText(dst, v); err != nil {
				return dst, fmt.Errorf("value %d: %w", i+1, err)
			}
		case int64:
			dst = strconv.AppendInt(dst, v, 10)
		case bool:
			dst = strconv.AppendBool(dst, v)
		case []byte:
			dst = append(dst, '"')
			dst = base64.StdEncoding.AppendEncode(dst, v)
			dst = append(dst, '"')
		default:
			return dst, fmt.Errorf("value %d: a %T cannot be kept", i+1, v)
		}
	}
	return append(dst, ']'), nil
}

func appendText(dst []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return dst, fmt.Errorf("%.40q is not UTF-8", s)
	}
	dst = append(dst, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		if c == '"' || c == '\\' {
			dst = append(dst, '\\', c)
		} else {
			dst = fmt.Appendf(dst, `\u%04x`, c)
		}
		start = i + 1
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"'), nil
}

// ParseRow reads a row that AppendRow wrote: one value for each kind. What it
// returns does not refer to line.
func ParseRow(line []byte, kinds []string) ([]any, error) {
	values := make([]any, len(kinds))
	rest := line
	for i, kind := range kinds {
		open := byte(',')
		if i == 0 {
			open = '['
		}
		if len(rest) == 0 || rest[0] != open {
			return nil, fmt.Errorf("it has %d values instead of %d", i, len(kinds))
		}
		token, after, err := nextValue(rest[1:])
		if err != nil {
			return nil, fmt.Errorf("value %d: %w", i+1, err)
		}
		if values[i], err = parseValue(token, kind); err != nil {
			return nil, fmt.Errorf("value %d: %w", i+1, err)
		}
		rest = after
	}
	if string(rest) != "]" {
		return nil, fmt.Errorf("it does not end after its %d values", len(kinds))
	}
	return values, nil
}

// nextValue cuts one string, number or word off.
func nextValue(s []byte) (token, after []byte, err error) {
	if len(s) > 0 && s[0] == '"' {
		for i := 1; i < len(s); i++ {
			switch {
			case s[i] == '\\':
				i++
			case s[i] == '"':
				return s[:i+1], s[i+1:], nil
			case s[i] < ' ':
				return nil, nil, errors.New("a control character stands in a text")
			}
		}
		return nil, nil, errors.New("a text does not end")
	}
	end := bytes.IndexAny(s, ",]")
	if end <= 0 {
		return nil, nil, errors.New("is missing")
	}
	return s[:end], s[end:], nil
}

func parseValue(token []byte, kind string) (any, error) {
	if string(token) == "null" {
		return nil, nil
	}
	switch kind {
	case Text:
		return parseText(token)
	case Int:
		n, err := strconv.ParseInt(string(token), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%.40q is not a whole number of 64 bits", token)
		}
		return n, nil
	case Bool:
		switch string(token) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return nil, fmt.Errorf("%.40q is neither true nor false", token)
	case Blob:
		if len(token) < 2 || token[0] != '"' {
			return nil, fmt.Errorf("%.40q is not base64 in quotes", token)
		}
		blob, err := base64.StdEncoding.Strict().DecodeString(string(token[1 : len(token)-1]))
		if err != nil {
			return nil, fmt.Errorf("%.40q is not base64", token)
		}
		return blob, nil
	}
	return nil, fmt.Errorf("%q is not a kind of value", kind)
}

func parseText(token []byte) (string, error) {
	if len(token) < 2 || token[0] != '"' {
		return "", fmt.Errorf("%.40q is not a text in quotes", token)
	}
	inside := token[1 : len(token)-1]
	if !utf8.Valid(inside) {
		return "", fmt.Errorf("%.40q is not UTF-8", inside)
	}
	if bytes.IndexByte(inside, '\\') < 0 {
		return string(inside), nil
	}
	var s string
	if err := json.Unmarshal(token, &s); err != nil {
		return "", fmt.Errorf("%.40q is not a text", inside)
	}
	return s, nil
}
