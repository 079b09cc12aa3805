@NullMarked
package io.millrace.ingress.batches;

import org.jspecify.annotations.NullMarked;
