package rules

// poolStart is the share of its size that a buffer pool takes when it is empty: measured 1/53 with MariaDB 10.11 for
// pools from 1 to 12 GB, and rounded up.
const poolStart = 48

// ExpectedServer is the memory that the server takes when its caches hold so much and so many users work, in bytes. As
// long as the plan's limit is far, the heap grows to twice what is in use; with full caches the limit holds, and it is
// the server's part of the budget.
func (p Plan) ExpectedServer(users int, caches int64) int64 {
	var pages int64
	for _, part := range p.Budget.Parts {
		if part.Name == partPages {
			pages = part.Bytes
		}
	}
	return min(p.Planned(Server), serverBase+p.passwords+pages+2*(caches+int64(users)*userHeap))
}

// ExpectedDatabase is the memory that the database takes when its buffer pool holds so much, in bytes. 0 without a
// database.
func (p Plan) ExpectedDatabase(pool int64) int64 {
	var total int64
	for _, part := range p.Budget.Parts {
		switch {
		case part.Service != DB || part.Name == partPoolHeader:
		case part.Name == partPool:
			total += pool + part.Bytes/poolStart
		default:
			total += part.Bytes
		}
	}
	return min(total, p.Planned(DB))
}

// Planned is the part of the budget that a service has with full caches, in bytes.
func (p Plan) Planned(service Role) int64 {
	var total int64
	for _, part := range p.Budget.Parts {
		if part.Service == service {
			total += part.Bytes
		}
	}
	return total
}
