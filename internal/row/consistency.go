package row

// Consistency is a consistency level, numbered as in the native protocol.
type Consistency uint16

// The levels.
const (
	Any         Consistency = 0
	One         Consistency = 1
	Two         Consistency = 2
	Three       Consistency = 3
	Quorum      Consistency = 4
	All         Consistency = 5
	LocalQuorum Consistency = 6
	EachQuorum  Consistency = 7
	Serial      Consistency = 8
	LocalSerial Consistency = 9
	LocalOne    Consistency = 10
	NodeLocal   Consistency = 11
)

var consistencyNames = [...]string{
	"ANY", "ONE", "TWO", "THREE", "QUORUM", "ALL", "LOCAL_QUORUM", "EACH_QUORUM", "SERIAL", "LOCAL_SERIAL", "LOCAL_ONE", "NODE_LOCAL",
}

// String is the level's name as in CQL and error messages.
func (c Consistency) String() string {
	if int(c) < len(consistencyNames) {
		return consistencyNames[c]
	}
	return "UNKNOWN"
}

// ParseConsistency finds a level by its upper-case name.
func ParseConsistency(name string) (Consistency, bool) {
	for i, n := range consistencyNames {
		if n == name {
			return Consistency(i), true
		}
	}
	return 0, false
}

// IsSerial says whether the level is one of the two for conditional updates.
func (c Consistency) IsSerial() bool { return c == Serial || c == LocalSerial }

// IsDatacenterLocal says whether only replicas of the coordinator's datacenter count.
func (c Consistency) IsDatacenterLocal() bool {
	return c == LocalOne || c == LocalQuorum || c == LocalSerial
}
