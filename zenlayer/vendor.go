package zenlayer

import "github.com/eipkit/eip-go/internal/vendor"

// zenlayer is what the root package's error types have to know of this vendor.
var zenlayer = &vendor.Vendor{
	Name:  "zenlayer",
	Class: func(code string, httpStatus int) error { return Code(code).class(httpStatus) },
	Hint:  func(code string) string { return Code(code).Hint() },
}
