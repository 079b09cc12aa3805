@NullMarked
package io.millrace.workers.hosts;

import org.jspecify.annotations.NullMarked;
