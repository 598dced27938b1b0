# C types for _numbers.py. -1.0 is a number too, so the caller asks whether an error is set.
cpdef double finite_float(object value, str what) except? -1.0
cpdef double non_negative(object value, str what) except? -1.0
cpdef double within(object value, str what, double least, double most) except? -1.0
cpdef object kept_within(object value, str what, double least, double most)
cpdef double positive(object value, str what, double most=*) except? -1.0
cpdef object whole(object value, str what, object least=*, object most=*)
