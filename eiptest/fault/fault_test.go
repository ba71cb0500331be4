package fault_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/eipkit/eip-go/eiptest/fault"
	"github.com/eipkit/eip-go/internal/fake"
)

// The methods return changed copies, and both can be combined.
func TestFaultIsAValue(t *testing.T) {
	t.Parallel()
	plain := fault.Hang()
	three := plain.Times(3)
	late := three.AfterRun()
	assert.Equal(t, []fake.Fault{
		{Kind: fake.Hang},
		{Kind: fake.Hang, Times: 3},
		{Kind: fake.Hang, Times: 3, AfterRun: true},
	}, fake.Made(plain, three, late))
}

func TestZeroFault(t *testing.T) {
	t.Parallel()
	var none fault.Fault
	for _, f := range []fault.Fault{none, none.Times(2), none.AfterRun()} {
		assert.Empty(t, f.Kind())
		assert.ErrorContains(t, fake.Made(f)[0].Check(), "is not a known kind")
	}
}

// Each constructor makes a fault that a server takes, and together they make all
// kinds.
func TestKinds(t *testing.T) {
	t.Parallel()
	made := map[string]bool{}
	for _, f := range []fault.Fault{
		fault.CutBefore(), fault.CutAfter(), fault.CutBody(), fault.ServerError(500), fault.BadGateway(), fault.Throttle(),
		fault.ThrottleHint(time.Second), fault.ThrottleRetryAfter(time.Second), fault.Latency(1), fault.Late(1), fault.Hang(),
		fault.WrongClock(1), fault.WrongDate(1), fault.Refuse("X"), fault.RefuseWith(400, "X", ""), fault.Answer(200, http.Header{}, ""),
		fault.Foreign(403, fault.ForeignHTML), fault.CutError(""), fault.EmptyPage(), fault.MissingID(), fault.WrongID(),
		fault.ShortPage(), fault.BlankID(nil), fault.Pass(),
	} {
		assert.NoError(t, fake.Made(f)[0].Check(), f.Kind())
		made[f.Kind()] = true
	}
	delete(made, fault.Pass().Kind())
	assert.Len(t, made, len(fault.Kinds()))
	for _, kind := range fault.Kinds() {
		assert.True(t, made[kind], kind)
	}
	assert.Len(t, fault.ForeignBodies(), 8)
	assert.NotContains(t, fault.ForeignStatuses(), 407)
}
