package api

// AddressKind is what stands behind an address.
type AddressKind string

// Kinds of addresses.
const (
	AddressUser    AddressKind = "user"
	AddressGroup   AddressKind = "group"
	AddressContact AddressKind = "contact"
	AddressRoom    AddressKind = "room"
	// AddressRecent is somebody outside of the address book to whom the user has written.
	AddressRecent AddressKind = "recent"
)

// Address is somebody to whom mail can be sent.
type Address struct {
	Name    string      `json:"name"`
	Address string      `json:"address"`
	Kind    AddressKind `json:"kind"`
}

// AddressesComplete asks who a text that is being typed may mean.
type AddressesComplete struct {
	Text string `json:"text"`
	// N is how many are wanted, at most 20.
	N int `json:"n"`
}

// Addresses is the result of "addresses/complete": those whom the user writes to come first.
type Addresses struct {
	List []Address `json:"list"`
}

// AddressesResolve asks who names are: login names, full names or addresses, at most 100.
type AddressesResolve struct {
	Names []string `json:"names"`
}

// Resolved is what became of a name.
type Resolved struct {
	Name string `json:"name"`
	// Found are those it may mean; one is the answer, several are to choose from, none is nobody.
	Found []Address `json:"found"`
}

// AddressesResolved is the result of "addresses/resolve", in the order of the names.
type AddressesResolved struct {
	List []Resolved `json:"list"`
}

// AddressesForget takes addresses out of what the user has written to.
type AddressesForget struct {
	Addresses []string `json:"addresses"`
}
