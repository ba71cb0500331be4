// Package install tests that go install builds eipsim from what a module proxy
// would serve of the commit that is checked out. Changes that are not committed
// are not in it.
package install
