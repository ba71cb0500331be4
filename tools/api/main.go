// Command api writes the exported surface of the library's packages as text,
// one declaration a line, as Go's own api directory has it.
//
//	go run -C tools/api . -write    write api/v0.1.0.txt
//	go run -C tools/api .           print what differs from it, and fail if anything does
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// packages are those that users import, below the root of the repository.
var packages = []string{".", "zenlayer", "eiptest", "eiptest/fault", "zenlayer/zenlayertest"}

const file = "api/v0.1.0.txt"

func main() {
	root := flag.String("root", "../..", "the root of the repository")
	write := flag.Bool("write", false, "write "+file+" instead of comparing with it")
	flag.Parse()
	if err := run(os.DirFS(*root), *root, *write, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "api:", err)
		os.Exit(1)
	}
}

func run(repo fs.FS, root string, write bool, out io.Writer) error {
	now, err := surface(repo)
	if err != nil {
		return err
	}
	if write {
		return os.WriteFile(path.Join(root, file), []byte(strings.Join(now, "\n")+"\n"), 0o644)
	}
	text, err := fs.ReadFile(repo, file)
	if err != nil {
		return err
	}
	was := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	differs := false
	for _, line := range was {
		if !slices.Contains(now, line) {
			differs = true
			fmt.Fprintln(out, "-", line)
		}
	}
	for _, line := range now {
		if !slices.Contains(was, line) {
			differs = true
			fmt.Fprintln(out, "+", line)
		}
	}
	if differs {
		return fmt.Errorf("the exported surface is not that of %s: write it again, and say in CHANGELOG.md what changed and why", file)
	}
	return nil
}

// surface returns the declarations of all packages, sorted.
func surface(repo fs.FS) ([]string, error) {
	var lines []string
	for _, dir := range packages {
		files, err := fs.Glob(repo, path.Join(dir, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			src, err := fs.ReadFile(repo, name)
			if err != nil {
				return nil, err
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			for _, decl := range parsed.Decls {
				for _, line := range declared(decl) {
					lines = append(lines, "pkg "+strings.TrimSuffix(path.Join("eip", dir), "/")+", "+line)
				}
			}
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines), nil
}

// declared returns a line for each exported part of a declaration.
func declared(decl ast.Decl) []string {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if !decl.Name.IsExported() {
			return nil
		}
		if decl.Recv == nil {
			return []string{"func " + decl.Name.Name + strings.TrimPrefix(text(decl.Type), "func")}
		}
		receiver := text(decl.Recv.List[0].Type)
		if !ast.IsExported(strings.TrimLeft(receiver, "*")) {
			return nil
		}
		return []string{"method (" + receiver + ") " + decl.Name.Name + strings.TrimPrefix(text(decl.Type), "func")}
	case *ast.GenDecl:
		var lines []string
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				lines = append(lines, typed(spec)...)
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					if name.IsExported() {
						lines = append(lines, strings.TrimSpace(decl.Tok.String()+" "+name.Name+" "+text(spec.Type)))
					}
				}
			}
		}
		return lines
	}
	return nil
}

// typed returns the lines of a type: itself, and its exported fields or methods.
func typed(spec *ast.TypeSpec) []string {
	if !spec.Name.IsExported() {
		return nil
	}
	name := "type " + spec.Name.Name
	if spec.Assign.IsValid() {
		return []string{name + " = " + text(spec.Type)}
	}
	var members *ast.FieldList
	switch t := spec.Type.(type) {
	case *ast.StructType:
		name, members = name+" struct", t.Fields
	case *ast.InterfaceType:
		name, members = name+" interface", t.Methods
	default:
		return []string{name + " " + text(t)}
	}
	lines := []string{name}
	for _, m := range members.List {
		if len(m.Names) == 0 && ast.IsExported(strings.TrimLeft(text(m.Type), "*")) {
			lines = append(lines, name+", "+text(m.Type))
		}
		for _, n := range m.Names {
			if n.IsExported() {
				lines = append(lines, name+", "+n.Name+" "+text(m.Type))
			}
		}
	}
	return lines
}

// text prints a node on one line.
func text(node ast.Node) string {
	if node == nil || node == ast.Expr(nil) {
		return ""
	}
	var b bytes.Buffer
	if err := printer.Fprint(&b, token.NewFileSet(), node); err != nil {
		return ""
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
