// Package oldwire is the decoder as it was at commit 6b74633, and its way to
// judge an answer. It is an oracle for the differential tests until the new
// reader has proven itself, and is to be deleted then. Nothing but tests imports
// it.
//
// The response types are the root package's. They are known here by their tags
// and by the names ResponseMeta and Tags, since this package cannot import that
// one.
package oldwire
