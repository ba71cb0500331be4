package bench

import "testing"

func BenchmarkSign(b *testing.B)             { benchmark(b, Sign) }
func BenchmarkSignV3(b *testing.B)           { benchmark(b, SignV3) }
func BenchmarkSendV3(b *testing.B)           { benchmark(b, SendV3) }
func BenchmarkSend(b *testing.B)             { benchmark(b, Send) }
func BenchmarkAllocateMemory(b *testing.B)   { benchmark(b, AllocateMemory) }
func BenchmarkAllocateLoopback(b *testing.B) { benchmark(b, AllocateLoopback) }
func BenchmarkDecodePage(b *testing.B)       { benchmark(b, DecodePage) }
func BenchmarkDecodeShuffled(b *testing.B)   { benchmark(b, DecodeShuffled) }
func BenchmarkDescribePage(b *testing.B)     { benchmark(b, DescribePage) }
func BenchmarkDescribeShuffled(b *testing.B) { benchmark(b, DescribeShuffled) }
func BenchmarkDecodePoints(b *testing.B)     { benchmark(b, DecodePoints) }
func BenchmarkDecodePointsAny(b *testing.B)  { benchmark(b, DecodePointsAny) }

// benchmark runs the work of each subject as a sub-benchmark.
func benchmark(b *testing.B, w Work) {
	for _, s := range testSubjects(b) {
		op, ok := s.Ops[w]
		if !ok {
			continue
		}
		b.Run(s.Name, func(b *testing.B) {
			if err := op.Check(w); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := op.Do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// testSubjects returns all subjects, with a server that lives as long as the
// test.
func testSubjects(tb testing.TB) []*Subject {
	tb.Helper()
	srv := NewLoopback(0)
	tb.Cleanup(srv.Close)
	subjects, err := Subjects(srv.URL())
	if err != nil {
		tb.Fatal(err)
	}
	return subjects
}
