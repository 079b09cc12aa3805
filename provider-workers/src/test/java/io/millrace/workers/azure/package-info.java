@NullMarked
package io.millrace.workers.azure;

import org.jspecify.annotations.NullMarked;
