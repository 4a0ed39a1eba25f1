package exec

import (
	"encoding/binary"
	"math"

	"alexandra/internal/cqlerr"
	"alexandra/internal/row"
)

// noLimit stands for the absence of a limit.
const noLimit = math.MaxInt32

// pagingVersion is the first byte of a paging state. Another version of the node refuses what it does not know.
const pagingVersion = 0xA1

// pagingState is where a page ended. Clients keep it as bytes that mean nothing to them.
type pagingState struct {
	position *row.Position
	// remaining is what is left of LIMIT, inPartition of PER PARTITION LIMIT in the position's partition.
	remaining, inPartition int
	// offset is for results that are no reads of partitions: how many rows were given. version is what they depend on.
	offset  int
	version []byte
}

// encode is the state as clients get it: version, three numbers, the length of version and version, the position.
func (p *pagingState) encode() []byte {
	b := []byte{pagingVersion}
	b = binary.AppendUvarint(b, uint64(p.remaining))
	b = binary.AppendUvarint(b, uint64(p.inPartition))
	b = binary.AppendUvarint(b, uint64(p.offset))
	b = binary.AppendUvarint(b, uint64(len(p.version)))
	b = append(b, p.version...)
	if p.position != nil {
		b = append(b, row.EncodePosition(p.position)...)
	}
	return b
}

var errPagingState = cqlerr.Protocol("Invalid value for the paging state")

// decodePagingState reads what encode wrote; anything else is refused.
func decodePagingState(b []byte) (*pagingState, error) {
	if len(b) == 0 || b[0] != pagingVersion {
		return nil, errPagingState
	}
	b = b[1:]
	var numbers [4]int
	for i := range numbers {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > noLimit {
			return nil, errPagingState
		}
		numbers[i], b = int(n), b[size:]
	}
	if numbers[3] > len(b) {
		return nil, errPagingState
	}
	p := &pagingState{remaining: numbers[0], inPartition: numbers[1], offset: numbers[2], version: b[:numbers[3]]}
	if b = b[numbers[3]:]; len(b) > 0 {
		position, err := row.DecodePosition(b)
		if err != nil {
			return nil, errPagingState
		}
		p.position = position
	}
	return p, nil
}

// ValidPagingState says whether the bytes are a paging state of this node's making, so that a request with any other is
// refused whatever its statement.
func ValidPagingState(b []byte) bool {
	_, err := decodePagingState(b)
	return err == nil
}
