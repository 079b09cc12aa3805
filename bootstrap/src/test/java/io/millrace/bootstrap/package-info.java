@NullMarked
package io.millrace.bootstrap;

import org.jspecify.annotations.NullMarked;
