// Package bench does the same work with this library, two other Go clients of
// the service and a hand-written floor, so that their costs can be compared
// within one process.
//
// A [Work] is one unit of work, for example one call of AllocateEipAddress. A
// [Subject] is an implementation; its [Op] for a Work does that work once and
// can describe what it decoded, so that a subject that fails is not taken for a
// fast one. [Measure] times the operations of all subjects in interleaved
// rounds. The command cmd/report prints the results.
package bench
