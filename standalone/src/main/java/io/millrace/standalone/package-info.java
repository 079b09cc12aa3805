/** The command line: one class for each command. What a command does is in the packages below. */
@NullMarked
package io.millrace.standalone;

import org.jspecify.annotations.NullMarked;
