package admin

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// table is a list with columns, as the tool has always printed them: each line begins with a tab, columns are filled up to
// their widest cell and separated by a tab, and a line of dashes is below the header.
type table struct {
	header []string
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) print(w io.Writer) {
	widths := make([]int, len(t.header))
	for _, row := range append([][]string{t.header}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	line := 0
	for _, width := range widths {
		line += width/8*8 + 8
	}
	printRow(w, widths, t.header)
	fmt.Fprintf(w, "\t%s\n", strings.Repeat("-", max(line, 37)))
	for _, row := range t.rows {
		printRow(w, widths, row)
	}
}

func printRow(w io.Writer, widths []int, row []string) {
	var b strings.Builder
	for i, cell := range row {
		b.WriteString("\t")
		b.WriteString(cell)
		b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
	}
	fmt.Fprintln(w, strings.TrimRight(b.String(), " \t"))
}
