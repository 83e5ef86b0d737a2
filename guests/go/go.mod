module sandcell

go 1.22
