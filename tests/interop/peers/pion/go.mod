module peerlane.example/interop/pion

go 1.19
