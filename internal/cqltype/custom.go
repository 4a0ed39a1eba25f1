package cqltype

import "bytes"

// CustomType is a class that this node does not know better: its values are
// bytes.
type CustomType struct {
	ClassName string // with its parameters
	bytes     byteKey
}

// NewCustom returns the type of a class.
func NewCustom(class string) *CustomType { return &CustomType{ClassName: class} }

func (t *CustomType) Kind() Kind        { return KindCustom }
func (t *CustomType) String() string    { return "'" + t.ClassName + "'" }
func (t *CustomType) Class() string     { return t.ClassName }
func (t *CustomType) IsMultiCell() bool { return false }

// Freeze implements [Type].
func (t *CustomType) Freeze() Type { return t }

// Validate implements [Type].
func (t *CustomType) Validate([]byte) error { return nil }

// Compare implements [Type].
func (t *CustomType) Compare(a, b []byte) int { return bytes.Compare(a, b) }

// Exact implements [Type].
func (t *CustomType) Exact() bool { return true }

// AppendKey implements [Type].
func (t *CustomType) AppendKey(dst, v []byte) []byte { return t.bytes.AppendKey(dst, v) }

// DecodeKey implements [Type].
func (t *CustomType) DecodeKey(b []byte) (v, rest []byte, err error) { return t.bytes.DecodeKey(b) }

// AppendOrder implements [Type].
func (t *CustomType) AppendOrder(dst, v []byte) []byte { return t.bytes.AppendKey(dst, v) }

// DecodeOrder implements [Type].
func (t *CustomType) DecodeOrder(b []byte) (v, rest []byte, err error) { return t.bytes.DecodeKey(b) }

// Parse implements [Type].
func (t *CustomType) Parse(text string) ([]byte, error) { return Blob.Parse(text) }

// Format implements [Type].
func (t *CustomType) Format(v []byte) string { return Blob.Format(v) }

// ToJSON implements [Type].
func (t *CustomType) ToJSON(v []byte) ([]byte, error) { return Blob.ToJSON(v) }

// FromJSON implements [Type].
func (t *CustomType) FromJSON(j any) ([]byte, error) { return Blob.FromJSON(j) }
