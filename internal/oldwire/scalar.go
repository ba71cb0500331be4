package oldwire

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// describe shows a value of a tree in a message.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case object:
		return "an object"
	case []any:
		return "a list"
	case string:
		return excerpt(v)
	case json.Number:
		if len(v) > 40 {
			return "a number of " + strconv.Itoa(len(v)) + " digits"
		}
		return v.String()
	default:
		return fmt.Sprint(v) // a boolean
	}
}

// scalarText gives a scalar as text; null is the empty text.
func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

func readInt(v any) (int64, error) {
	text := ""
	switch v := v.(type) {
	case nil:
	case string:
		text = strings.TrimSpace(v)
	case json.Number:
		text = v.String()
	default:
		return 0, mismatch("a whole number", v)
	}
	if text == "" {
		return 0, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	// 5.0 and 1e3 are whole as well; from 2^53 on a float would not be exact.
	if f, err := strconv.ParseFloat(text, 64); err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return int64(f), nil
	}
	return 0, mismatch("a whole number", v)
}

func readBool(v any) (bool, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case nil:
		return false, nil
	case string, json.Number:
		text, _ := scalarText(v)
		switch strings.ToLower(strings.TrimSpace(text)) {
		case "true", "1":
			return true, nil
		case "false", "0", "":
			return false, nil
		}
	}
	return false, mismatch("a boolean", v)
}

// The layouts in which times arrive. A fraction of a second is read by any.
var timeLayouts = []string{
	time.RFC3339,
	"2006-01-02T15:04Z07:00", // ExpiredTime by the text of the 2019 API reference
	"2006-01-02T15:04:05",    // without zone: UTC, as all times of this API
	"2006-01-02T15:04",
}

func readTime(v any) (time.Time, error) {
	if isEmpty(v) {
		return time.Time{}, nil
	}
	if text, ok := v.(string); ok {
		text = strings.TrimSpace(text)
		for _, layout := range timeLayouts {
			t, err := time.Parse(layout, text)
			if err != nil {
				continue
			}
			if t = t.UTC(); t.Year() >= 1 && t.Year() <= 9999 {
				return t, nil
			}
		}
	}
	return time.Time{}, mismatch("a time", v)
}
