package row

// Overwrites says whether the merge of two rows, as AppendRow wrote them, is newer and nothing else: newer has whatever
// older has, with larger timestamps. Only what is plain is looked at; false says nothing.
func Overwrites(newer, older []byte) bool {
	a, b := overwriting{decoder: decoder{b: newer}}, overwriting{decoder: decoder{b: older}}
	if !a.open() || !b.open() {
		return false
	}
	if b.flags&hasLiveness != 0 && (a.flags&hasLiveness == 0 || a.last <= b.last) {
		return false
	}
	for b.nextCell() {
		for {
			if !a.nextCell() || string(a.name) > string(b.name) {
				return false
			}
			if string(a.name) == string(b.name) {
				break
			}
		}
		if a.last <= b.last {
			return false
		}
	}
	// The rest of newer has to be as plain: its bytes become the result.
	for a.nextCell() {
	}
	return a.finish() == nil && b.finish() == nil
}

// overwriting walks through the cells of a row without making them.
type overwriting struct {
	decoder
	flags byte
	left  int   // cells to come
	last  int64 // the timestamp of the liveness, then of the cell under way
	name  []byte
}

// open reads what stands before the cells; false when there is more than a marker.
func (o *overwriting) open() bool {
	o.flags = o.byte()
	if o.flags&^(hasLiveness|hasLivenessTTL) != 0 {
		return false
	}
	if o.flags&hasLiveness != 0 {
		o.last = o.varint()
	}
	if o.flags&hasLivenessTTL != 0 {
		o.varint()
		o.varint()
	}
	o.left = o.count()
	return o.err == nil
}

// nextCell goes to the next cell; false at the end and at one that is not simple, which is an error.
func (o *overwriting) nextCell() bool {
	if o.left == 0 || o.err != nil {
		return false
	}
	o.left--
	flags := o.byte()
	if flags&kindMask >= byte(Counter) || flags&hasPath != 0 || o.uvarint() != 0 {
		o.fail()
		return false
	}
	o.name = o.bytes()
	if flags&hasSameTime == 0 {
		o.last = o.varint()
	}
	if flags&hasTTL != 0 {
		o.varint()
	}
	if flags&hasExpiry != 0 {
		o.varint()
	}
	if flags&hasValue != 0 {
		o.bytes()
	}
	return o.err == nil
}
