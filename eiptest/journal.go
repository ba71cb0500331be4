package eiptest

type journal struct{}

func (s *service) commit(bool) error { return nil }
