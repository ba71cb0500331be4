// Package pagetest tests the page of eipsim in headless Chromium. It is a module
// of its own, so that go test ./... in the library needs no browser. Its tests
// install nothing: without Chromium they are skipped, and say so.
//
//	go test .                            # the environment variable CHROMIUM names the program, chromium by default
//	EIPSIM_PICTURES=/tmp/pictures go test -run TestPictures .   # keeps pictures of the page
package pagetest
