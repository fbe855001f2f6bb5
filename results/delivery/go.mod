module deliverybench

go 1.26.0
