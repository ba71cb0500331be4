// Package pagetest tests the page of eipsim in headless Chromium. It is a module
// of its own, so that go test ./... in the library needs no browser. Its tests
// install nothing: without Chromium they are skipped, and say so. The environment
// variable CHROMIUM names the program, chromium by default.
//
//	go test -count=1 .    # -count=1, since go test does not see that the program has changed
//	EIPSIM_PICTURES=pictures go test -count=1 -run TestPictures .    # keeps pictures of the page
package pagetest
