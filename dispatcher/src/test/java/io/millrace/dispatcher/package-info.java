@NullMarked
package io.millrace.dispatcher;

import org.jspecify.annotations.NullMarked;
