// Package fake is the vendor-neutral half of the fake cloud services in this
// module: it serves an [http.Handler] over loopback TCP or over in-memory
// connections, spoils answers on demand, and keeps a record of what happened.
// What the service means (signatures, state, codes) is the business of a
// [Service], which knows of faults only how to spoil a list or an ID ([Spoil]).
//
// Everything that waits uses package time and channels only, so that a fake
// which was started inside a testing/synctest bubble follows its clock and
// ends every goroutine on Close.
package fake
