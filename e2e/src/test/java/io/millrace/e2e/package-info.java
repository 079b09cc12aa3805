/**
 * The product as its users meet it: processes, HTTP, files, topics. The tests' own thread waits;
 * nothing here runs inside a service.
 */
@NullMarked
package io.millrace.e2e;

import org.jspecify.annotations.NullMarked;
