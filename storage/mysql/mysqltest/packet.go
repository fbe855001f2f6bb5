package mysqltest

import (
	"bytes"
	"encoding/binary"
	"io"
)

// Constants of the protocol of MySQL.
const (
	headerSize  = 4    // of a packet: three bytes of length, one of sequence
	comQuery    = 0x03 // COM_QUERY
	okHeader    = 0x00
	errHeader   = 0xff
	moreResults = 0x0008 // SERVER_MORE_RESULTS_EXISTS
)

// readPacket reads a packet with its header.
func readPacket(r io.Reader) ([]byte, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, err
	}
	size := int(header[0]) | int(header[1])<<8 | int(header[2])<<16
	packet := append(header[:], make([]byte, size)...)
	_, err := io.ReadFull(r, packet[headerSize:])
	return packet, err
}

// isCommit reports whether a packet of a client is a query that ends with COMMIT.
func isCommit(packet []byte) bool {
	return len(packet) > headerSize && packet[headerSize] == comQuery && bytes.HasSuffix(packet, []byte("COMMIT"))
}

// isLast reports whether a packet of the database is the last of an answer to statements without rows.
func isLast(packet []byte) bool {
	body := packet[headerSize:]
	if len(body) == 0 || body[0] != okHeader {
		return true
	}
	rest := skipInteger(skipInteger(body[1:])) // affected rows, last inserted id
	return len(rest) < 2 || binary.LittleEndian.Uint16(rest)&moreResults == 0
}

// skipInteger skips a length-encoded integer.
func skipInteger(b []byte) []byte {
	size := 1
	if len(b) > 0 {
		switch b[0] {
		case 0xfc:
			size = 3
		case 0xfd:
			size = 4
		case 0xfe:
			size = 9
		}
	}
	return b[min(size, len(b)):]
}

// errorPacket is the answer to a query that failed.
func errorPacket(number uint16) []byte {
	body := append(binary.LittleEndian.AppendUint16([]byte{errHeader}, number), "#HY000injected by a test"...)
	return append([]byte{byte(len(body)), 0, 0, 1}, body...)
}
