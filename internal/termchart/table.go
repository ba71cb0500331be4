package termchart

import (
	"io"
	"strings"
)

// Column is one column of a table.
type Column struct {
	Head string
	// Right sets its cells to the right, as numbers are.
	Right bool
}

// Table writes rows under their heads. Where they do not fit into the width,
// each row becomes a paragraph of its own, a line a cell; a column without head
// gives the paragraph its title. Without rows it
// writes only empty, which should say what there is none of.
func Table(w io.Writer, style Style, columns []Column, rows [][]string, empty string) error {
	width := style.width()
	var b strings.Builder
	if len(rows) == 0 {
		for _, line := range wrap(printable(empty), width) {
			b.WriteString(line + "\n")
		}
		_, err := io.WriteString(w, b.String())
		return err
	}
	widths := make([]int, len(columns))
	heads := 0
	for i, c := range columns {
		widths[i] = Cells(c.Head)
		heads = max(heads, Cells(c.Head))
		for _, row := range rows {
			widths[i] = max(widths[i], Cells(printable(at(row, i))))
		}
	}
	total := 2 * (len(columns) - 1)
	for _, n := range widths {
		total += n
	}
	if total > width {
		paragraphs(&b, style, columns, rows, heads, width)
	} else {
		lines(&b, style, columns, rows, widths)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func lines(b *strings.Builder, style Style, columns []Column, rows [][]string, widths []int) {
	write := func(cell func(int) string, paint func(string) string) {
		var line strings.Builder
		for i, c := range columns {
			text := cell(i)
			pad := strings.Repeat(" ", widths[i]-Cells(text))
			if c.Right {
				text = pad + text
			} else {
				text += pad
			}
			if i > 0 {
				line.WriteString("  ")
			}
			line.WriteString(text)
		}
		b.WriteString(paint(strings.TrimRight(line.String(), " ")) + "\n")
	}
	write(func(i int) string { return columns[i].Head }, style.bold)
	for _, row := range rows {
		write(func(i int) string { return printable(at(row, i)) }, func(s string) string { return s })
	}
}

func paragraphs(b *strings.Builder, style Style, columns []Column, rows [][]string, heads, width int) {
	for n, row := range rows {
		if n > 0 {
			b.WriteByte('\n')
		}
		for i, c := range columns {
			text := printable(at(row, i))
			if text == "" {
				continue
			}
			if c.Head == "" { // the name of the row
				for _, line := range wrap(text, width) {
					b.WriteString(style.bold(line) + "\n")
				}
				continue
			}
			head := c.Head + strings.Repeat(" ", heads-Cells(c.Head))
			if heads+2+Cells(text) > width {
				b.WriteString(style.bold(c.Head) + "\n")
				for _, line := range wrap(text, width-2) {
					b.WriteString("  " + line + "\n")
				}
				continue
			}
			b.WriteString(style.bold(head) + "  " + text + "\n")
		}
	}
}

func at(row []string, i int) string {
	if i < len(row) {
		return row[i]
	}
	return ""
}

// Text writes words, broken at the width; lines stay lines.
func Text(w io.Writer, style Style, text string) error {
	var b strings.Builder
	for line := range strings.Lines(text) {
		for _, part := range wrap(printable(strings.TrimSuffix(line, "\n")), style.width()) {
			b.WriteString(part + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
